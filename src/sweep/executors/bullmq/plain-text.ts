/** What a terminal takes as orders, or as the other direction of writing: C0 and C1 but tab and line end, bidi. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const orders = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text of others as a terminal may show it. */
export const plainText = (text: string): string => text.replace(orders, "");

/** The same on one line. */
export const plainLine = (text: string): string => plainText(text.replace(/\s+/g, " ")).trim();
