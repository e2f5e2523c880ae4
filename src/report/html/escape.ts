const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters that no HTML document may hold, and halves of characters. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\p{Surrogate}]/gu;

/** Text as HTML has it, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]);
}

/** JSON as the content of a script element: nothing in it ends the element or begins a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** A program as the content of a script element, without the map of its source, which is not there. */
export function scriptText(program: string): string {
  return program
    .replace(/^\/\/# sourceMappingURL=.*$/gm, "")
    .replace(/<(?=\/script|!--)/gi, "<\\")
    .trim();
}
