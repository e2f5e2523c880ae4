import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { Command } from "commander";
import { commands } from "../../src/cli/commands/registry.js";
import { type Block, blocksOf, commandsOf } from "./blocks.js";
import { fault, runPage } from "./page.js";

const guides = readdirSync("docs/guides").filter((file) => file.endsWith(".md"));
const others = readdirSync("docs").filter((file) => file.endsWith(".md"));
const pages = [
  "README.md",
  "examples/README.md",
  ...others.map((file) => `docs/${file}`),
  ...guides.map((file) => `docs/guides/${file}`),
];
const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(page, "utf8")));
const where = ({ page, line }: Block) => `${page}:${line}`;

// Two pages at a time, one a core: most of what they do is to start programs and to train.
const running: Promise<void>[] = [];
async function inTurn(work: () => Promise<void>): Promise<void> {
  const before = running.length < 2 ? Promise.resolve() : running[running.length - 2];
  const done = before.then(work);
  running.push(done.catch(() => {}));
  return done;
}

for (const page of pages) {
  test(`${page}: every block does what the page says`, async (t) => {
    const faults: string[] = [];
    let count = 0;
    await inTurn(() =>
      runPage(page, (shown) => {
        count++;
        const wrong = fault(shown);
        if (wrong !== undefined) faults.push(wrong);
      }),
    );
    t.log(`${count} programs and commands`);
    t.deepEqual(faults, []);
  });
}

test("blocks that are not run are few, and say why", (t) => {
  const skipped = blocks.filter(({ mark }) => mark?.startsWith("not run: "));
  for (const block of skipped) t.log(`${where(block)}: ${block.mark}`);
  t.log(`${skipped.length} of ${blocks.length} blocks are not run`);
  t.true(skipped.length < blocks.length / 4);
});

test("what blocks name that are not run exists: commands, options, scripts", (t) => {
  const program = new Command("plateau");
  for (const { define } of commands) define(program, () => {});
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const block of blocks.filter(({ mark }) => mark?.startsWith("not run: "))) {
    for (const { command: line } of commandsOf(block)) {
      const command = line.replace(/\s# .*/, "");
      for (const [, script] of command.matchAll(/npm run ([\w:-]+)/g))
        t.truthy(scripts[script], where(block));
      for (const [, words] of command.matchAll(/\bplateau ((?:"[^"]*"|[^"|&;#])+)/g))
        checkWords(words, block);
    }
  }
  function checkWords(words: string, block: Block) {
    let at: Command = program;
    for (const word of words.match(/"[^"]*"|\S+/g) ?? []) {
      const sub = at.commands.find((one) => one.name() === word);
      if (sub) at = sub;
      else if (word.startsWith("--")) {
        t.true(at.options.some(({ long }) => long === word) || word === "--help", `${where(block)}: ${word}`);
      }
    }
    t.not(at, program, `${where(block)}: plateau ${words}`);
  }
});

test("files that pages show are used by something further down", (t) => {
  for (const block of blocks.filter(({ file, mark }) => file !== undefined && mark === undefined)) {
    const later = blocks.filter(({ page, line }) => page === block.page && line > block.line);
    t.true(
      later.some(({ text }) => text.includes(block.file!)),
      `${where(block)}: ${block.file}`,
    );
  }
});

test("what pages show of the sources is theirs", (t) => {
  for (const { mark, text, ...block } of blocks.filter(({ mark }) => mark?.startsWith("from "))) {
    const file = mark!.slice("from ".length);
    t.true(readFileSync(file, "utf8").includes(text.trimEnd()), `${block.page}:${block.line}: ${file}`);
  }
});

test("every guide opens with what its reader will have", (t) => {
  for (const guide of guides) {
    t.regex(readFileSync(`docs/guides/${guide}`, "utf8"), /^# [^\n]+\n\nAt the end you have /, guide);
  }
});
