import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { fingerprintOf } from "../../src/experiments/record.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { documentAt } from "../../src/report/sources/registry.js";

const folder = mkdtempSync(join(tmpdir(), "plateau-sources-test-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const small = { steps: 6, evaluateEvery: 3, trainRows: 500, validationRows: 50, testRows: 50 };

test("a study is reported as far as it is, also with no trial", async (t) => {
  const space = { parameters: { lr: [1e-3, 1e-2], dModel: [8, 16] } };
  const study = await openStudy(at("a.sqlite"), { target: "sine(2)", space, experiment: small });
  const none = await documentAt(at("a.sqlite"));
  t.regex(none.answer[0], /no trial/i);
  t.is(none.main, undefined);
  for await (const _ of study.run({ trials: 2, workers: 1 }));
  study.close();
  const two = await documentAt(at("a.sqlite"), { name: "sine(2)" });
  t.is(two.methods.repeat.kind, "sweep");
  t.is(Object.keys(two.methods.repeat.parts!).length, 2);
  const error = await t.throwsAsync(documentAt(at("a.sqlite"), { name: "b" }), { instanceOf: PlateauError });
  t.regex(error!.message, /sine\(2\)/);
});

test("what is not finished says how to continue, what is nothing what can be reported", async (t) => {
  RunDirectory.create(at("run"), { target: "m2n1" });
  mkdirSync(at("experiment"));
  writeFileSync(join(at("experiment"), "experiment.json"), '{"kind":"audit","plateau":"0.1.0","config":{}}');
  mkdirSync(at("fit"));
  writeFileSync(join(at("fit"), "fit.json"), '{"plateau":"0.1.0","config":{"data":"a.csv","output":"y"}}');
  mkdirSync(at("empty"));
  writeFileSync(at("a.txt"), "SQLite format 2");
  const cases: [string, RegExp][] = [
    ["run", /plateau train --resume/],
    ["experiment", /plateau audit --resume/],
    ["fit", /plateau fit --resume/],
    ["empty", /plateau sweep --study.*replicate.*train --out/],
    ["a.txt", /plateau sweep --study/],
    ["missing", /is not there: no such file or folder: give/],
  ];
  for (const [name, message] of cases) {
    const error = await t.throwsAsync(documentAt(at(name)), { instanceOf: PlateauError });
    t.regex(error!.message, message);
  }
});

test("results of another shape that are signed as ours are refused, whatever a report asks of them", async (t) => {
  mkdirSync(at("signed"));
  const begun = { kind: "audit", plateau: "0.1.0", config: {} };
  writeFileSync(join(at("signed"), "experiment.json"), JSON.stringify(begun));
  for (const results of [{}, { settings: [{}] }, { settings: [null] }, []]) {
    const record = {
      ...begun,
      results,
      fingerprint: await fingerprintOf(results),
      environment: { seconds: 1 },
    };
    writeFileSync(join(at("signed"), "result.json"), JSON.stringify(record));
    const error = await t.throwsAsync(documentAt(at("signed")), { instanceOf: PlateauError, code: "format" });
    t.regex(error!.message, /signed: its results are not as plateau stores them \(.*\): put back the files/);
  }
});
