import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import test from "ava";
import fc from "fast-check";
import { wasmBytes } from "../../src/runtime/compile.js";
import { applyPatch } from "../../src/runtime/patch.js";

const { makePatch } = (await import(pathToFileURL("assembly/patch.mjs").href)) as {
  makePatch: (source: Buffer, target: Buffer) => Buffer;
};

/** Few values, so that there is much to copy. */
const bytes = fc.uint8Array({ maxLength: 600, max: 3 }).map((values) => Buffer.from(values));

test("a patch makes of its source what it was made for", (t) => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (source, fresh, more) => {
      for (const target of [fresh, Buffer.concat([source, fresh, source, more]), source.subarray(1)]) {
        const made = applyPatch(source, makePatch(source, target));
        if (Buffer.compare(made, target) !== 0) t.fail(`${target.toString("hex")} became ${made}`);
      }
    }),
  );
  t.pass();
});

test("equal bytes take a patch of three numbers", (t) => {
  const source = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * i) % 251));
  t.deepEqual([...makePatch(source, source)], [0, (1000 % 128) | 128, 1000 >> 7, 0]);
});

for (const build of ["strict", "relaxed"] as const) {
  test(`the ${build} build is what the compiler wrote`, (t) => {
    t.deepEqual(wasmBytes(build), new Uint8Array(readFileSync(`build/${build}.wasm`)));
  });
}
