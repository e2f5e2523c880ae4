import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import test from "ava";

const folder = "docs/figures/";
const pages = readdirSync("docs").filter((file) => file.endsWith(".md"));

test("every figure of the docs is there, and drawn by a file beside it", (t) => {
  for (const page of pages) {
    const text = readFileSync(`docs/${page}`, "utf8");
    for (const [, file] of text.matchAll(/!\[[^\]]+\]\(figures\/([^)]+)\)/g)) {
      t.regex(readFileSync(folder + file, "utf8"), /^<svg /, file);
      t.true(readdirSync(folder).includes(file.replace(/\.svg$/, ".mjs")), file);
    }
  }
});

test("programs of the theory's page do what their comments say", async (t) => {
  const [, program] = /```js\n([\s\S]*?)```/.exec(readFileSync("docs/theory.md", "utf8"))!;
  const source = program.replace('"plateau"', JSON.stringify(pathToFileURL("dist/src/index.js").href));
  // What a line leaves behind, and what is written behind it.
  const said = [...program.matchAll(/^(?:const z|built\.\w+)\b.*\/\/(.*)$/gm)].map(([, comment]) =>
    [...comment.replaceAll("−", "-").matchAll(/(?<![\w(.])-?\d+(?:\.\d+)?/g)].map(Number),
  );
  const shown = source
    .replace("built.leave(z)", "seen.push([...built.leave(z)])")
    .replace(/(const z = .*?;|built\.run\(.*?\);)/g, "$1 seen.push([...z]);");
  const module = `export const seen = [];\n${shown}`;
  const { seen } = (await import(`data:text/javascript,${encodeURIComponent(module)}`)) as {
    seen: number[][];
  };
  t.is(seen.length, 5);
  t.deepEqual(seen.slice(0, 4), [said[0].slice(-4), ...said.slice(1, 4)]);
  t.is(seen[4][0], said[4][0]);
});
