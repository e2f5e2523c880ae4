import test from "ava";
import { blocksOf, commandsOf } from "./blocks.js";
import { agrees, masked } from "./printed.js";

test("durations, rates, versions and dates are masked, and no other number", (t) => {
  t.is(
    masked("200 updates in 1.1 s (201/s), last loss 0.00122"),
    "200 updates in # s (#/s), last loss 0.00122",
  );
  t.is(masked("plateau 0.1.0 on v20.20.2, 2026-01-31 10:11"), "plateau #.#.# on #.#.#, #-#-#");
  t.is(masked('{"seconds": 1.25, "steps": 200}'), '{"seconds": #, "steps": 200}');
  for (const kept of ["R² 0.99978 at K = 5", "4.95 MiB", "δ ≤ 0.0167", "12 samples", "20 h2", "3 short"]) {
    t.is(masked(kept), kept);
  }
});

test("a page agrees with what was printed to the letter, but for lines of …", (t) => {
  t.true(agrees("a 1\nb 2\n", "a 1\nb 2\n"));
  t.false(agrees("a 1\nb 2\n", "a 1\nb 3\n"));
  t.false(agrees("a 1\n", "a 1\nb 2\n"));
  t.false(agrees("", "a\n"));
  t.true(agrees("…\nb 2\n…\n", "a\nb 2\nc\nd\n"));
  t.true(agrees("a\n…\nb\n", "a\nb\n"), "nothing may have been left out");
  t.false(agrees("a\n…\nb\n", "a\nc\n"));
  t.false(agrees("1.5\n", "1x5\n"), "a page is no pattern");
});

test("blocks are found with their marks, files and outputs", (t) => {
  const page = [
    "text\n",
    "```js\nconsole.log(1);\n```\n\n```\n1\n```\n",
    "<!-- not run: takes long -->\n```sh\nnpx plateau demo\n```\n",
    "```yaml\n# a.yaml: what it is\nx: 1\n```\n```csv b.csv\na,b\n```\n",
    "```console\n$ one \\\n    two\nsaid\n$ three\n```\n",
  ].join("\n");
  const found = blocksOf("page.md", page);
  t.deepEqual(
    found.map(({ line, language, mark, file, output }) => [line, language, mark, file, output]),
    [
      [3, "js", undefined, undefined, "1\n"],
      [12, "sh", "not run: takes long", undefined, undefined],
      [16, "yaml", undefined, "a.yaml", undefined],
      [20, "csv", undefined, "b.csv", undefined],
      [24, "console", undefined, undefined, undefined],
    ],
  );
  t.deepEqual(commandsOf(found[4]), [
    { command: "one two", output: "said\n" },
    { command: "three", output: "" },
  ]);
});
