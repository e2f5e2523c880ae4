import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Merged } from "../../src/sweep/merge.js";
import type { StoredTrial } from "../../src/sweep/storage/storage.js";
import { appears, folder, plateau, sleep, start } from "./plateau.js";
import { small, spaceFile } from "./small-sweep.js";

/** All trials of a study, but for when they ran. */
async function exported(file: string, cwd: string): Promise<object[]> {
  const { stdout } = await plateau(["study", "export", file, "--format", "json"], { cwd });
  const { trials } = JSON.parse(stdout) as { trials: StoredTrial[] };
  return trials.map((trial) => ({ ...trial, seconds: 0, started: "", ended: "" }));
}

function study(t: ExecutionContext): { cwd: string; args: string[] } {
  const cwd = folder(t);
  const args = ["m2n1", "--space", spaceFile(cwd), "--sampler", "sobol", "--seed", "2", "--quiet"];
  return { cwd, args };
}

test.serial(
  "three shards, one killed and one interrupted, then resumed and merged: the study of one machine",
  async (t) => {
    t.timeout(240_000);
    const { cwd, args } = study(t);
    const length = ["--steps", "6000", "--evaluate-every", "2000", ...small.slice(2, 4), ...small.slice(6)];
    args.push("--trials", "7", ...length);
    const whole = await plateau(["sweep", ...args, "--study", "one.sqlite"], { cwd });
    t.is(whole.code, 0, whole.stderr);
    const worker = (k: number) => {
      const own = ["--shard", `${k}/3`, "--study", `shard-${k}.sqlite`, "--workers", "1", "--resume"];
      return start(["worker", ...own, ...args, "--checkpoint-every", "0.1"], { cwd });
    };
    const [first, killed, stopped] = [worker(1), worker(2), worker(3)];
    await Promise.all([2, 3].map((k) => appears(join(cwd, `shard-${k}.sqlite`))));
    await sleep(1500);
    killed.child.kill("SIGKILL");
    stopped.child.kill("SIGINT");
    const { code, stderr } = await stopped.ended;
    if (code === 130) {
      t.regex(
        stderr,
        /^interrupted after \d of 2 trials, continue with: plateau worker --shard 3\/3 --study shard-3\.sqlite --name m2n1 --trials 7 --resume\n$/,
      );
    } else t.is(code, 0, stderr);
    await killed.ended;
    t.is((await first.ended).code, 0);
    const listed = JSON.parse((await plateau(["study", "ls", "shard-2.sqlite", "--json"], { cwd })).stdout);
    t.is(listed.studies[0].definition.shard, "2/3");
    for (const k of [2, 3]) {
      const again = await worker(k).ended;
      t.is(again.code, 0, again.stderr);
      t.regex(
        again.stdout,
        new RegExp(`^study m2n1, shard ${k}/3, in shard-${k}\\.sqlite: 2 complete$`, "m"),
      );
      t.regex(again.stdout, /^next, once all shards are done: plateau study merge /m);
    }
    const files = [1, 2, 3].map((k) => `shard-${k}.sqlite`);
    const merged = await plateau(["study", "merge", ...files, "-o", "whole.sqlite"], { cwd });
    t.is(merged.code, 0, merged.stderr);
    t.is(
      merged.stdout,
      "study m2n1 of 3 shards in whole.sqlite: 7 complete\nnext: plateau study best whole.sqlite --name m2n1\n",
    );
    t.deepEqual(await exported("whole.sqlite", cwd), await exported("one.sqlite", cwd));
  },
);

test.serial("a merge of too few shards says what is missing, and the printed command runs it", async (t) => {
  const { cwd, args } = study(t);
  args.push("--trials", "5", ...small);
  const whole = await plateau(["sweep", ...args, "--study", "one.sqlite"], { cwd });
  t.is(whole.code, 0, whole.stderr);
  const json = await plateau(["worker", "--shard", "1/2", ...args, "--json"], { cwd });
  t.is(json.code, 0, json.stderr);
  const lines = json.stdout.trimEnd().split("\n");
  t.is(lines.length, 4, "three trials and the summary");
  t.like(JSON.parse(lines[3]), { study: "m2n1", shard: "1/2", states: { complete: 3 } });
  const merge = ["study", "merge", "shard-1-of-2.sqlite", "-o", "whole.sqlite"];
  const merged = await plateau(merge, { cwd });
  t.is(merged.code, 1);
  t.is(merged.stdout, "study m2n1 of 2 shards in whole.sqlite: 2 waiting, 3 complete\n");
  const [missing, open, next] = merged.stderr.trimEnd().split("\n");
  t.is(missing, "no file was given of shard 2/2: its trials wait");
  t.is(open, "2 trials not ended: 1, 3");
  const [, command] = /run the rest here: plateau (.*)$/.exec(next)!;
  t.is(command, "sweep --study whole.sqlite --name m2n1 --trials 5 --resume");
  const { code, stdout } = await plateau([...merge, "--json"], { cwd });
  t.is(code, 1);
  t.like(JSON.parse(stdout) as Merged, { shards: 2, missing: [2], open: [1, 3], added: 0 });
  const resumed = await plateau(command.split(" "), { cwd });
  t.is(resumed.code, 0, resumed.stderr);
  t.deepEqual(await exported("whole.sqlite", cwd), await exported("one.sqlite", cwd));
});

test.serial(
  "study commands say what a shard is; shards of other studies and bad shards are refused",
  async (t) => {
    const { cwd, args } = study(t);
    args.push("--trials", "2", ...small);
    const shard = await plateau(["worker", "--shard", "2/2", ...args], { cwd });
    t.is(shard.code, 0, shard.stderr);
    const file = "shard-2-of-2.sqlite";
    t.regex((await plateau(["study", "ls", file], { cwd })).stdout, /│ m2n1 \(shard 2\/2\) │ +1 │ +1 │/);
    t.regex((await plateau(["study", "show", file], { cwd })).stdout, /^study m2n1, shard 2\/2: minimize /);
    const best = await plateau(["study", "best", file], { cwd });
    t.regex(best.stdout, /^best: trial 1 /);
    t.regex(best.stderr, /best of shard 2\/2 alone: plateau study merge makes the whole study/);
    t.regex((await plateau(["study", "export", file], { cwd })).stdout, /\n1,complete,/);
    const written = await plateau(["study", "export", file, "-o", "a.csv"], { cwd });
    t.is(written.stderr, "1 trials of shard 2/2 in a.csv\n");
    // A shard without a trial is done, too.
    const none = await plateau(["worker", "--shard", "3/3", ...args], { cwd });
    t.is(none.code, 0, none.stderr);
    t.regex(none.stdout, /^study m2n1, shard 3\/3, in shard-3-of-3\.sqlite: no trials$/m);

    writeFileSync(join(cwd, "tpe.json"), JSON.stringify({ target: "m2n1", sampler: "tpe" }));
    const refusals: [string[], RegExp][] = [
      [
        ["--shard", "0/16", "m2n1"],
        /^error: --shard "0\/16": shards are counted from 1: .*JOB_COMPLETION_INDEX/,
      ],
      [
        ["m2n1"],
        /^error: which trials\? give --redis redis:\/\/host:6379, or --shard k\/N, such as --shard 1\/16\n$/,
      ],
      [
        ["--shard", "1/2", "m2n1"],
        /sampler tpe goes by earlier trials: give --sampler grid, random or sobol/,
      ],
      [["--shard", "1/2", "tpe.json"], /sampler tpe goes by earlier trials/],
      [
        ["--shard", "1/2", "m2n1", "--sampler", "random", "--pruner", "asha"],
        /leave it out \(--pruner none\)/,
      ],
      [["--shard", "1/2", "m2n1", "--sampler", "random", "--seeds", "3"], /set stopWorse: false/],
    ];
    for (const [given, message] of refusals) {
      const { code, stderr } = await plateau(["worker", ...given], { cwd });
      t.is(code, 2, stderr);
      t.regex(stderr, message);
    }
    const other = await plateau(["worker", "--shard", "1/2", ...args, "--study", file, "--resume"], { cwd });
    t.is(other.code, 1);
    t.regex(other.stderr, /is shard 2\/2, not shard 1\/2: give that a file of its own/);
  },
);
