// Writes what the blocks of pages print today into the pages, where that is something else than what they say:
//   npm run build && node dist/test/docs/update.js docs/guides/first-ten-minutes.md …
// Lines that were left out (…) come back: leave them out again.
import { readFileSync, writeFileSync } from "node:fs";
import { fault, runPage } from "./page.js";

for (const page of process.argv.slice(2)) {
  // Everything before it is as it is to be.
  let cursor = 0;
  await runPage(page, (shown) => {
    const { block, what, said, printed, code } = shown;
    const wrong = fault(shown) !== undefined;
    console.log(`${page}:${block.line} ${what}${code === 0 ? "" : ` (code ${code})`}${wrong ? ":" : ""}`);
    if (wrong) console.log(printed);
    const markdown = readFileSync(page, "utf8");
    const text = printed === "" || printed.endsWith("\n") ? printed : `${printed}\n`;
    const replace = (from: number, length: number, by: string) => {
      if (wrong) writeFileSync(page, markdown.slice(0, from) + by + markdown.slice(from + length));
      cursor = from + (wrong ? by.length : length);
    };
    if (block.language === "console") replace(behind(markdown, cursor, what), said.length, text);
    else {
      const end = markdown.indexOf(block.text, cursor) + block.text.length + 4;
      if (block.output === undefined) replace(end, 0, wrong ? `\n\`\`\`\n${text}\`\`\`\n` : "");
      else replace(markdown.indexOf("```\n", end) + 4, said.length, text);
    }
  });
}

/** Where the output of a command begins, which may be continued over lines. */
function behind(markdown: string, from: number, command: string): number {
  for (let at = from; ; ) {
    const start = markdown.indexOf("\n$ ", at - 1) + 1;
    if (start === 0) throw new Error(`the page has no command ${command} behind character ${from}`);
    let end = markdown.indexOf("\n", start);
    while (markdown[end - 1] === "\\") end = markdown.indexOf("\n", end + 1);
    if (markdown.slice(start + 2, end).replace(/\\\n\s*/g, "") === command) return end + 1;
    at = end;
  }
}
