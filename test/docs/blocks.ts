// What a page of Markdown shows in fences, and how each is held to what it says (test/docs/page.ts runs them):
//
//   ```js            a program: what it prints is the ``` block that follows, or nothing
//   ```console       `$ command` lines, each with what it prints; a line of … stands for any number of lines
//   ```sh            commands that must succeed; what they print is compared where a ``` block follows
//   any language, first line a comment that begins with a file's name (`# sweep.yaml: …`), or ```csv name.csv
//                    a file, which something further down the page must use
//   <!-- from src/… -->      above it: the block is a part of that file
//   <!-- not run: why -->    above it: not run; the commands and options that it names must exist all the same

export interface Block {
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What the comment above the block says: `not run: …`, `from …`. */
  readonly mark?: string;
  /** Of a file that the block is. */
  readonly file?: string;
  /** Text of the ``` block without a language that follows: what this one prints. */
  readonly output?: string;
}

/** Every fenced block of a page but outputs, which belong to the block before them. */
export function blocksOf(page: string, markdown: string): Block[] {
  const fence =
    /(?:^<!-- (not run: .+|from \S+) -->\n)?^```([^\n]*)\n([\s\S]*?)^```$(?:\n*^```\n([\s\S]*?)^```$)?/gm;
  return [...markdown.matchAll(fence)].map(({ index, 0: whole, 1: mark, 2: info, 3: text, 4: output }) => {
    const [language, named] = info.trim().split(/\s+/);
    const line = markdown.slice(0, index + whole.indexOf("```")).split("\n").length;
    const comment = /^(?:\/\/|#) (\S+\.(?:mjs|js|yaml|json|py|ts))\b/.exec(text)?.[1];
    return { page, line, language, text, mark, file: named ?? comment, output };
  });
}

export interface Command {
  readonly command: string;
  /** Absent: not said. */
  readonly output?: string;
}

/** The commands of a console or sh block, lines that end in \ joined. */
export function commandsOf({ language, text, output }: Block): Command[] {
  const joined = text.replace(/\\\n\s*/g, "");
  if (language === "console") {
    return joined
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf("\n");
        return { command: part.slice(0, end), output: part.slice(end + 1) };
      });
  }
  const commands = joined.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return commands.map((command, i) => ({
    command,
    output: i === commands.length - 1 ? output : undefined,
  }));
}
