import { readFileSync } from "node:fs";
import test from "ava";

/** Modules that one imports without asking, and theirs; `outside` are names that are no files. */
function reach(url: URL, seen = new Set<string>(), outside = new Set<string>()) {
  if (seen.has(url.href)) return { seen, outside };
  seen.add(url.href);
  const statics = /(?:^|\n)(?:import|(?:import|export)\b[^;"]*? from) "([^"]+)"/g;
  for (const [, name] of readFileSync(url, "utf8").matchAll(statics)) {
    if (name.startsWith(".")) reach(new URL(name, url), seen, outside);
    else outside.add(name);
  }
  return { seen, outside };
}

const at = (path: string) => new URL(`../src/${path}`, import.meta.url);

test("what pages import needs nothing of Node, threads included", (t) => {
  const { seen, outside } = reach(at("index.js"));
  t.true(seen.has(at("training/create-trainer.js").href), "the walk finds what is imported");
  t.false(seen.has(at("training/threads/crew.js").href));
  t.deepEqual(
    [...outside].filter((name) => name.startsWith("node:") || name === "piscina"),
    [],
  );
});

test("where there is no Node, threads are refused with what to do", async (t) => {
  const { threadCrew } = (await import(at("training/threads/none.js").href)) as {
    threadCrew: (...args: unknown[]) => Promise<unknown>;
  };
  await t.throwsAsync(threadCrew(undefined, undefined, 2), {
    code: "usage",
    message: /^threads is 2: pages train on one thread/,
  });
  const { imports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  t.deepEqual(Object.keys(imports["#threads"]), ["node", "default"]);
  t.true(reach(new URL(`../../${imports["#threads"].default}`, import.meta.url)).outside.size === 0);
});
