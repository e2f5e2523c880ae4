import { readFileSync } from "node:fs";
import test from "ava";
import { type Callable, callables, exported } from "./sources.js";

const all = callables();
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
const entries = Object.values(exports)
  .filter((entry) => typeof entry !== "string")
  .map(({ types }) => types.replace("./dist/", "").replace(".d.ts", ".ts"));

/** Functions that the package exports, and methods and constructors of its classes. */
const offered = entries
  .flatMap(exported)
  .flatMap((key) => [...all.values()].filter((one) => one.key === key || one.key.startsWith(`${key}.`)));

const documented = ({ doc }: Callable) => doc.includes("@throws");

test("the walk finds what is exported", (t) => {
  t.true(offered.length > 100);
  for (const key of [
    "src/training/train.ts#train",
    "src/nn/model.ts#Model.predict",
    "src/sweep/study.ts#Study.run",
  ]) {
    t.true(
      offered.some((one) => one.key === key),
      key,
    );
  }
});

test("what exported functions throw themselves is documented by its code", (t) => {
  const missing = offered.flatMap(({ key, doc, codes }) =>
    [...codes]
      .filter((code) => code !== "internal" && !doc.includes(`\`${code}\``))
      .map((code) => `${key}: ${code}`),
  );
  t.deepEqual(missing, []);
});

test("who calls what is documented to throw says so, too", (t) => {
  const missing = offered
    .filter((one) => !documented(one))
    .flatMap(({ key, calls }) =>
      [...calls]
        .filter((called) => all.has(called) && documented(all.get(called)!))
        .map((called) => `${key} calls ${called}`),
    );
  t.deepEqual(missing, []);
});
