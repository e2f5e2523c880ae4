import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import Database from "libsql";
import { folder, plateau, sleep, start } from "./plateau.js";

/** The smallest of each kind that ends in something, and how many trials are to have ended when it is killed. */
const kinds = {
  replicate: [2, "--targets", "m2n1", "--dims", "4", "--classes", "none", "--trials", "1", "--seeds", "1"],
  audit: [
    ...[8, "--preset", "quick", "--targets", "m2n1", "--dims", "2", "--seeds", "2", "--steps", "4"],
    ...["--batch", "8", "--train-rows", "64", "--validation-rows", "20", "--test-rows", "40"],
  ],
  gap: [
    ...[1, "abs(x)", "--domain", "x=-1:1", "--widths", "4", "--depths", "1", "--sizes", "4"],
    ...["--construction", "relu", "--lr", "0.01", "--steps", "300", "--seeds", "2", "--boxes", "100"],
  ],
} as const;
type Kind = keyof typeof kinds;

const command = (kind: Kind, ...more: string[]) => {
  const [, ...options] = kinds[kind];
  return [kind, ...options.map(String), ...more];
};

/** When each trial that has ended began, by study and number. */
function ended(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const database = new Database(file, { readonly: true });
  try {
    const rows = database
      .prepare("SELECT study, number, started FROM trials WHERE state IN ('complete', 'diverged')")
      .all() as { study: number; number: number; started: string }[];
    return new Map(rows.map(({ study, number, started }) => [`${study} ${number}`, started]));
  } catch {
    // The file is there before its tables are.
    return new Map();
  } finally {
    database.close();
  }
}

async function killedAndResumed(t: ExecutionContext, kind: Kind, study?: string): Promise<void> {
  const cwd = folder(t);
  mkdirSync(join(cwd, "kept"));
  const whole = plateau(command(kind, "--out", "whole", "--json", "--quiet"), { cwd });
  const named = study === undefined ? [] : ["--study", study];
  const { child, ended: end } = start(command(kind, "--out", "a b", ...named), { cwd });
  const file = join(cwd, study ?? "a b/studies.sqlite");
  while (child.exitCode === null && ended(file).size < kinds[kind][0]) await sleep(20);
  child.kill("SIGKILL");
  t.is((await end).signal, "SIGKILL");
  t.false(existsSync(join(cwd, "a b", "result.json")), "it was killed in the middle");
  const before = ended(file);

  const resumed = await plateau([kind, "--resume", "--out", "a b", "--json", "--quiet"], { cwd });
  t.is(resumed.code, 0, resumed.stderr);
  const { fingerprint } = JSON.parse((await whole).stdout) as { fingerprint: string };
  t.is((JSON.parse(resumed.stdout) as { fingerprint: string }).fingerprint, fingerprint);
  const after = ended(file);
  t.true(before.size > 0 && after.size > before.size);
  for (const [trial, started] of before) t.is(after.get(trial), started, "what had ended is not run again");
  t.is(existsSync(join(cwd, "a b", "studies.sqlite")), study === undefined);
}

for (const kind of ["replicate", "audit", "gap"] as const) {
  test.serial(`${kind} with --study ends in the same bits when killed and resumed without it`, (t) =>
    killedAndResumed(t, kind, "kept/z.sqlite"),
  );
}

test.serial("an experiment with studies of its own ends in the same bits when killed and resumed", (t) =>
  killedAndResumed(t, "gap"),
);

test.serial(
  "what a finished folder holds is continued, repaired and told apart, and nothing else",
  async (t) => {
    const cwd = folder(t);
    const done = await plateau(command("gap", "--out", "i 1", "--study", "z.sqlite", "--json"), { cwd });
    t.is(done.code, 0, done.stderr);
    const refused = async (args: string[], message: RegExp) => {
      const { code, stderr } = await plateau(args, { cwd });
      t.not(code, 0);
      t.regex(stderr, message);
      t.regex(stderr, /^error: [^\n]+\n$/, "one line");
    };
    const resume = ["gap", "--resume", "--out", "i 1"];
    await refused(
      [...resume, "--study", "y.sqlite"],
      /^error: the studies of 'i 1' are in ".*\/z\.sqlite", not in "y\.sqlite": leave --study out/,
    );
    await refused(
      [...resume, "--seeds", "3"],
      /^error: the experiment in 'i 1' is another: --seeds is 2 there, 3 here: leave it out to continue/,
    );
    await refused([...resume, "--sizes", "3"], /: --sizes is \[4\] there, \[3\] here: leave it out/);
    await refused(
      ["gap", "sine", ...resume.slice(1)],
      /: target is "abs\(x\) on x=-1:1" there, "sine\(1\)" here/,
    );
    await refused(
      ["audit", "--resume", "--out", "i 1"],
      /^error: 'i 1' holds an experiment of kind "gap", not "audit": continue it with plateau gap --resume --out 'i 1'/,
    );
    await refused(
      command("gap", "--out", "i 1", "--quiet"),
      /^error: 'i 1' holds an experiment \(gap\) already/,
    );
    await refused(["gap", "--resume", "--out", "none"], /^error: there is no folder none: check the path/);

    const result = join(cwd, "i 1", "result.json");
    for (const [damage, told] of [
      ["{", /is no JSON: .*: make it again with plateau gap --resume --out 'i 1'\n/],
      ["", /'i 1\/result\.json' is empty: make it again with plateau gap --resume --out 'i 1'\n/],
      ["{}", /is not what an experiment ends with: make it again with plateau gap --resume --out 'i 1'\n/],
    ] as const) {
      writeFileSync(result, damage);
      await refused(["report", "i 1", "-o", "r.html"], told);
    }
    // What was said again is as it was; and the study is the one that it had.
    const again = [...resume, "--seeds", "2", "--study", "z.sqlite", "--json", "--quiet"];
    const repaired = await plateau(again, { cwd });
    t.is(repaired.code, 0, repaired.stderr);
    t.is(JSON.parse(repaired.stdout).fingerprint, JSON.parse(done.stdout).fingerprint);

    rmSync(join(cwd, "z.sqlite"));
    // Where a folder says that its studies lie elsewhere, nothing is made there unless the user says so, too.
    await refused(
      resume,
      /were in ".*\/z\.sqlite", where there is no file now: put it back, or say --study \S+ to/,
    );
    t.false(existsSync(join(cwd, "z.sqlite")));
    const lost = await plateau([...resume, "--study", "z.sqlite"], { cwd });
    t.is(lost.code, 0, lost.stderr);
    t.regex(
      lost.stderr,
      /^note: there is no file ".*\/z\.sqlite", which holds what was trained: all of it is/,
    );
  },
);

test.serial("where experiment.json is damaged, what was trained is still of use", async (t) => {
  const cwd = folder(t);
  const done = await plateau(command("gap", "--out", "a", "--json"), { cwd });
  t.is(done.code, 0, done.stderr);
  cpSync(join(cwd, "a"), join(cwd, "b"), { recursive: true });
  const before = ended(join(cwd, "b", "studies.sqlite"));
  writeFileSync(join(cwd, "b", "experiment.json"), '{"kind": "gap"');
  const { code, stderr } = await plateau(["gap", "--resume", "--out", "b"], { cwd });
  t.is(code, 1);
  t.regex(
    stderr,
    /b\/experiment\.json is no JSON: .*: put the right one back, or begin anew in another folder/,
  );
  t.true(stderr.endsWith("; --study b/studies.sqlite keeps what was trained\n"), stderr);
  const anew = await plateau(command("gap", "--out", "c", "--study", "b/studies.sqlite", "--json"), { cwd });
  t.is(anew.code, 0, anew.stderr);
  t.is(JSON.parse(anew.stdout).fingerprint, JSON.parse(done.stdout).fingerprint);
  t.deepEqual(ended(join(cwd, "b", "studies.sqlite")), before);
  t.is(JSON.parse(readFileSync(join(cwd, "c", "experiment.json"), "utf8")).study, "../b/studies.sqlite");
});

test("workers and the place of studies are checked before anything is timed or made", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "page.html"), "");
  const refused = async (args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await plateau(args, { cwd });
    t.not(code, 0);
    t.is(stdout, "");
    t.regex(stderr, message);
  };
  await Promise.all([
    refused(["repeat", "page.html", "--workers", "0"], /^error: --workers 0: expected a whole number/),
    ...(["replicate", "audit", "gap"] as const).flatMap((kind) => [
      refused(command(kind, "--workers", "0"), /^error: --workers 0: expected a whole number, 1 or more\n$/),
      refused(command(kind, "--workers", "1.5", "--dry-run"), /^error: --workers 1\.5: expected a whole/),
      refused(
        command(kind, "--study", "nope/z.sqlite"),
        /^error: --study "nope\/z\.sqlite": there is no folder "nope": create it first\n$/,
      ),
      refused(command(kind, "--study", "."), /^error: --study "\.": it is no regular file: name another\n$/),
    ]),
  ]);
  t.deepEqual(readdirSync(cwd), ["page.html"]);
});

test("options that make no sense are called what they are called on the command line", async (t) => {
  const refused = async (args: string[], message: RegExp) => {
    const { code, stderr } = await plateau(args);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  };
  await Promise.all([
    refused(["replicate", "--targets", "m3n2"], /^error: --targets "m3n2": expected one of m2n1, m4n3\n$/),
    refused(["replicate", "--classes", "5,1"], /^error: --classes 1: expected at least 2\n$/),
    refused(["replicate", "--dims", "4,4"], /^error: --dims has 4 twice: give each once\n$/),
    refused(["replicate", "--trials", "0", "--dry-run"], /^error: --trials 0: expected at least 1\n$/),
    refused(["audit", "--dims", "0"], /^error: --dims 0: expected at least 2\n$/),
    refused(["audit", "--test-rows", "0"], /^error: --test-rows 0: expected at least 1\n$/),
    refused(["audit", "--classes", "none"], /^error: --classes "none": an audit holds .*: give a list/),
    refused(["gap", "sine", "--sizes", "0"], /^error: --sizes 0: expected at least 1\n$/),
    ...[["replicate"], ["audit"], ["gap", "sine"]].map((command) =>
      refused(
        [...command, "--preset", "quik"],
        /^error: --preset "quik": expected one of quick, standard, full\n$/,
      ),
    ),
    refused(
      ["gap", "nosuch"],
      /\(known: m2n1, .*, in-context-linear; or an expression on its domain, such as/,
    ),
    refused(["gap", "--resume", "--domain", "x=0:1"], /--domain "x=0:1" without a target: leave it out/),
  ]);
});

test("an audit's dry run prints its design before it times anything, and what it leaves out", async (t) => {
  const given = [...command("audit", "--dry-run"), "--steps", "4"];
  const [json, text] = await Promise.all([plateau([...given, "--json"]), plateau(given)]);
  t.is(json.code, 0, json.stderr);
  const dry = JSON.parse(json.stdout) as { leftOut: string[]; seconds: number; sizes: number };
  t.true(dry.seconds > 0 && dry.sizes > 0);
  t.true(dry.leftOut.includes("targets: m4n3") && dry.leftOut.includes("updates: 4 of 3000"));
  const [design, left, time] = [
    /^m2n1, d = 2, K = 5: /m,
    /^Left out: targets: m4n3; /m,
    /^They take about /m,
  ].map((line) => text.stdout.search(line));
  t.true(design === 0 && left > design && time > left, text.stdout);
  t.regex(text.stdout, /\n\d+ trainings of 4 updates on 2 seeds\.\n/);
});
