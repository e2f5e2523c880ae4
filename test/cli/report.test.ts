import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { plateau } from "./plateau.js";

const folder = mkdtempSync(join(tmpdir(), "plateau-report-test-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

test("a study is reported, repeated, and told from one whose numbers were changed", async (t) => {
  const space = { parameters: { lr: [1e-3, 1e-2] } };
  const sizes = { steps: 4, evaluateEvery: 2, trainRows: 500, validationRows: 50, testRows: 50, dModel: 8 };
  const study = await openStudy(at("a.sqlite"), { target: "sine(2)", space, experiment: sizes });
  for await (const _ of study.run({ trials: 2, workers: 1 }));
  study.close();

  const report = await plateau(["report", at("a.sqlite"), "-o", at("a.html"), "--svg", at("svg"), "--json"]);
  t.is(report.code, 0, report.stderr);
  const { files, answer } = JSON.parse(report.stdout);
  t.true(files.includes(at("a.html")) && files.every(existsSync));
  const page = readFileSync(at("a.html"), "utf8");
  t.true(page.includes(answer.slice(0, 20)));

  const same = await plateau(["repeat", at("a.html"), "--json", "--workers", "1", "--out", at("again")]);
  t.is(same.code, 0, same.stderr);
  t.like(JSON.parse(same.stdout), { kind: "sweep", agrees: true, different: [] });
  t.true(existsSync(join(at("again"), "again", "study.sqlite")));

  const part = /"trial 1":"[0-9a-f]{16}"/;
  const digits = page.replace(/"fingerprint":"[0-9a-f]{8}/, '"fingerprint":"00000000');
  writeFileSync(at("b.html"), digits.replace(part, `"trial 1":"${"0".repeat(16)}"`));
  const other = await plateau(["repeat", at("b.html"), "--workers", "1"]);
  t.is(other.code, 1);
  t.regex(other.stdout, /bits differ.*\n1 of 2 parts differ: trial 1/);

  writeFileSync(at("c.html"), page.replace('"plateau":"0.1.0"', '"plateau":"0.0.1"'));
  const older = await plateau(["repeat", at("c.html")]);
  t.is(older.code, 2);
  t.regex(older.stderr, /plateau 0\.0\.1.*--anyway/);
  t.is((await plateau(["repeat", at("c.html"), "--anyway", "--workers", "1"])).code, 0);
});

test("a report that was cut off, and an empty study, are called what they are", async (t) => {
  const head = '<meta charset="utf-8">\n<meta name="generator" content="plateau 0.1.0">\n';
  const begun = '<script type="application/json" id="plateau-repeat">{"kind":"swe';
  for (const page of [head, `${head}${begun}`]) {
    writeFileSync(at("cut.html"), page);
    const { code, stderr } = await plateau(["repeat", at("cut.html")]);
    t.is(code, 1);
    t.regex(
      stderr,
      /cut\.html" is a report of plateau that was cut off: make it again with plateau report\n$/,
    );
  }
  writeFileSync(at("empty.sqlite"), "");
  const { code, stderr } = await plateau(["report", at("empty.sqlite")]);
  t.is(code, 1);
  t.regex(stderr, /empty\.sqlite is empty \(0 bytes\), nothing was stored in it or it was cut off: give/);
});

test("a page is not written under the name of what it is not", async (t) => {
  for (const [name, remedy] of [
    ["f.svg", "--svg DIR"],
    ["f.pdf", "--svg DIR"],
    ["f.PNG", "--png DIR"],
    ["f", "--svg DIR"],
    ["f.html.gz", "--svg DIR"],
  ]) {
    const { code, stderr } = await plateau(["report", at("a.sqlite"), "-o", at(name)]);
    t.is(code, 2);
    t.true(stderr.includes("let its name end with .html or .htm") && stderr.includes(remedy), stderr);
    t.false(existsSync(at(name)));
  }
});

test("the report of one is not written over that of another experiment", async (t) => {
  const other = at("other");
  mkdirSync(join(other, "figures"), { recursive: true });
  writeFileSync(join(other, "experiment.json"), "{}");
  writeFileSync(join(other, "report.html"), "mine");
  const refused = async (args: string[], option: string, cwd?: string) => {
    const { code, stderr } = await plateau(["report", at("one"), ...args], { cwd });
    t.is(code, 2, stderr);
    t.regex(
      stderr,
      new RegExp(`^error: ${option} ".*": ".*" is the folder of another experiment, which has its`),
    );
  };
  await refused(["-o", join(other, "report.html")], "-o");
  await refused([], "-o", other);
  await refused(["-o", at("r.html"), "--svg", join(other, "figures")], "--svg");
  await refused(["-o", at("r.html"), "--data", other], "--data");
  t.is(readFileSync(join(other, "report.html"), "utf8"), "mine");
  // Its own folder is where it belongs: what is wrong there is another thing.
  const own = await plateau(["report", other, "-o", join(other, "report.html")]);
  t.regex(own.stderr, /is not what an experiment begins with: put the right one back/);
});

test("what is no report, and what cannot be reported, is told so in one line", async (t) => {
  const none = await plateau(["repeat", at("none.html"), "--json"]);
  t.is(none.code, 1);
  t.is(JSON.parse(none.stdout).error.code, "io");
  writeFileSync(at("page.html"), "<html></html>");
  const page = await plateau(["repeat", at("page.html")]);
  t.is(page.code, 1);
  t.regex(page.stderr, /no report of plateau/);
  const folderOnly = await plateau(["report", folder]);
  t.is(folderOnly.code, 1);
  t.regex(folderOnly.stderr, /holds nothing of plateau's .*: give .*plateau sweep --study/);
});
