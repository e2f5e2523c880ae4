import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../../src/errors.js";
import { repeatFolder } from "../../../src/experiments/repeat/folder.js";
import { differing, partsOf } from "../../../src/experiments/repeat/parts.js";
import { findRepeater } from "../../../src/experiments/repeat/registry.js";
import { parseRepeatable, type Repeatable } from "../../../src/experiments/repeat/repeatable.js";
import { repeatableRun, repeatTraining } from "../../../src/experiments/repeat/run.js";
import { fingerprintOfStudy, repeatableStudy, repeatStudy } from "../../../src/experiments/repeat/study.js";
import { run } from "../../../src/experiments/run.js";
import { openStudy, trainingStudy } from "../../../src/experiments/sweep/open.js";
import { defineStudy } from "../../../src/sweep/definition.js";

const folder = mkdtempSync(join(tmpdir(), "plateau-repeat-test-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const small = {
  steps: 6,
  evaluateEvery: 3,
  trainRows: 500,
  validationRows: 50,
  testRows: 50,
  dModel: 8,
  layers: 1,
};
const throughJson = (repeatable: Repeatable) => parseRepeatable(JSON.stringify(repeatable), "a report");

test("a run that is repeated has the same fingerprint, another seed another one in every part that it decides", async (t) => {
  const { experiment, result } = await run({ target: "sine(2)", ...small });
  const stored = throughJson(await repeatableRun(experiment, result!));
  const again = findRepeater(stored.kind);
  const found = await again.run(again.parse(stored.config), { folder: join(folder, "run") });
  t.is(found.fingerprint, stored.fingerprint);
  t.deepEqual(found.parts, stored.parts);
  const other = repeatTraining.parse({ ...(stored.config as object), seed: 1 });
  const differs = await repeatTraining.run(other, { folder: join(folder, "other") });
  t.not(differs.fingerprint, stored.fingerprint);
  t.true(differing(stored.parts!, differs.parts).includes("weightsSha256"));
  t.false(differing(stored.parts!, differs.parts).includes("training.steps"));
});

test("a study that is repeated on two workers has the same trials; the first that has not ended ends what is told", async (t) => {
  const space = { parameters: { lr: { type: "log-uniform", low: 1e-3, high: 1e-2 } } } as const;
  const study = await openStudy(":memory:", { target: "sine(2)", space, experiment: small, seed: 5 });
  for await (const _ of study.run({ trials: 3, workers: 1 }));
  const stored = throughJson(await repeatableStudy(study.definition, study));
  const config = repeatStudy.parse(stored.config);
  t.is(config.trials, 3);
  const found = await repeatStudy.run(config, { folder: join(folder, "study"), workers: 2 });
  t.is(found.fingerprint, stored.fingerprint);
  t.deepEqual(differing(stored.parts!, found.parts), []);
  const changed = { ...stored.parts!, "trial 1": "0".repeat(16) };
  t.deepEqual(differing(changed, found.parts), ["trial 1"]);
  study.enqueue({ lr: 2e-3 });
  t.is((await fingerprintOfStudy(study)).trials, 3);
  t.is((await fingerprintOfStudy(study)).fingerprint, stored.fingerprint);
  study.close();
});

test("a study with an objective of its own is not run: its module may be a stranger's", (t) => {
  const definition = { name: "a", space: { parameters: { x: [1, 2] } }, objective: "/tmp/evil.mjs" };
  const error = t.throws(() => repeatStudy.parse({ definition, trials: 1 }), { instanceOf: PlateauError });
  t.regex(error!.message, /evil\.mjs/);
});

const good: Repeatable = {
  kind: "train",
  plateau: "0.1.0",
  config: { target: "m2n1" },
  fingerprint: "a".repeat(64),
};

test("what a mangled report says is refused as such, or understood; nothing else happens", (t) => {
  const mangled = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.nat(), fc.string()).map(([at, put]) => {
      const text = JSON.stringify(good);
      const place = at % text.length;
      return text.slice(0, place) + put + text.slice(place + 1);
    }),
    fc
      .record({
        kind: fc.anything(),
        plateau: fc.anything(),
        config: fc.jsonValue(),
        fingerprint: fc.anything(),
      })
      .map((value) => {
        try {
          return JSON.stringify(value);
        } catch {
          return "";
        }
      }),
    fc.constant(`${"[".repeat(100_000)}${"]".repeat(100_000)}`),
  );
  fc.assert(
    fc.property(mangled, (text) => {
      try {
        const { kind, config } = parseRepeatable(text, "a report");
        findRepeater(kind).parse(config);
        t.pass();
      } catch (error) {
        t.true(error instanceof PlateauError, String(error));
      }
    }),
  );
});

test("configurations of strangers are parsed strictly", (t) => {
  for (const kind of ["train", "construct", "sweep"]) {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ definition: fc.jsonValue(), trials: fc.jsonValue() }),
          fc.record({ target: fc.string(), init: fc.string() }),
        ),
        (value) => {
          try {
            findRepeater(kind).parse(value);
            t.pass();
          } catch (error) {
            t.true(error instanceof PlateauError, `${kind}: ${error}`);
          }
        },
      ),
      { numRuns: 50 },
    );
  }
  const deep = `{"config":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  t.throws(() => parseRepeatable(deep, "a report"), { message: /nested/, instanceOf: PlateauError });
  t.throws(() => parseRepeatable(JSON.stringify({ ...good, more: 1 }), "a report"), { message: /more/ });
  t.throws(() => findRepeater("constructor"), { instanceOf: PlateauError });
});

test("parts are fields of fields, or fields where those are too many", async (t) => {
  const parts = await partsOf({ a: { x: 1, y: [1, 2] }, b: 3 });
  t.deepEqual(Object.keys(parts), ["a.x", "a.y", "b"]);
  t.deepEqual(differing(parts, await partsOf({ b: 3, a: { y: [1, 3], x: 1 } })), ["a.y"]);
  const many = await partsOf({ a: Array.from({ length: 2000 }, () => 0), b: 3 });
  t.deepEqual(Object.keys(many), ["a", "b"]);
  t.deepEqual(differing({ a: "1" }, { a: "1", b: "2" }), ["b"]);
});

test("a folder is of one repetition, and of nothing else", (t) => {
  const path = join(folder, "kept");
  const { work } = repeatFolder(path, good);
  t.is(repeatFolder(path, good).work, work);
  t.throws(() => repeatFolder(path, { ...good, config: 1 }), { message: /another report/ });
  const used = mkdtempSync(join(folder, "used-"));
  writeFileSync(join(used, "a.txt"), "");
  t.throws(() => repeatFolder(used, good), { message: /not empty/ });
});

test("a repeater says which build it needs: that of the configuration, strict where none is given", (t) => {
  for (const build of ["strict", "relaxed"] as const) {
    const training = repeatTraining.parse({ target: "sine(2)", ...small, build });
    t.is(repeatTraining.build!(training), build);
    const input = { target: "sine(2)", name: "s", experiment: { ...small, build } };
    const definition = defineStudy(trainingStudy(input));
    t.is(repeatStudy.build!(repeatStudy.parse({ definition, trials: 1 })), build);
  }
  const definition = defineStudy(trainingStudy({ target: "sine(2)", name: "s", experiment: small }));
  t.is(repeatStudy.build!(repeatStudy.parse({ definition, trials: 1 })), "strict");
});
