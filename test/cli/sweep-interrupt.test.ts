import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import Database from "libsql";
import type { StoredTrial } from "../../src/sweep/storage/storage.js";
import { appears, folder, plateau, sleep, start } from "./plateau.js";
import { small, spaceFile } from "./small-sweep.js";

test.serial(
  "SIGINT: running trials are kept, the command that continues is printed, and it ends in the same study",
  async (t) => {
    const cwd = folder(t);
    const length = ["--steps", "60000", "--evaluate-every", "20000", ...small.slice(2, 4), ...small.slice(6)];
    const args = ["--space", spaceFile(cwd), "--trials", "4", "--seed", "2", "--workers", "2", ...length];
    const whole = await plateau(["sweep", "m2n1", ...args, "--study", "whole.sqlite"], { cwd });
    t.is(whole.code, 0, whole.stderr);
    const { child, ended } = start(["sweep", "m2n1", ...args, "--study", "cut.sqlite"], { cwd });
    // Then it listens for signals, or will in a moment.
    await appears(join(cwd, "cut.sqlite"));
    await sleep(1000);
    const begin = Date.now();
    child.kill("SIGINT");
    const { code, stderr, signal } = await ended;
    t.is(signal, null);
    t.is(code, 130, stderr);
    t.log(`stopped after ${Date.now() - begin} ms`);
    const [, command] = /^interrupted after \d of 4 trials, continue with: plateau (.*)\n$/m.exec(stderr)!;
    t.is(command, "sweep --study cut.sqlite --name m2n1 --trials 4 --resume");
    const states = JSON.parse((await plateau(["study", "ls", "cut.sqlite", "--json"], { cwd })).stdout)
      .studies[0].states;
    t.is(states.running, 0);
    const resumed = await plateau(command.split(" "), { cwd });
    t.is(resumed.code, 0, resumed.stderr);
    const facts = async (file: string) => {
      const { stdout } = await plateau(["study", "export", file, "--format", "json"], { cwd });
      const trials = JSON.parse(stdout).trials as (StoredTrial & object)[];
      return trials.map((trial) => ({ ...trial, seconds: 0, started: "", ended: "" }));
    };
    t.deepEqual(await facts("cut.sqlite"), await facts("whole.sqlite"));
  },
);

test.serial("a second SIGINT leaves at once", async (t) => {
  const cwd = folder(t);
  const slow = [
    "--d-model",
    "128",
    "--layers",
    "6",
    "--heads",
    "1",
    "--steps",
    "1000",
    "--evaluate-every",
    "0",
  ];
  writeFileSync(join(cwd, "lr.json"), JSON.stringify({ parameters: { lr: [0.001, 0.002] } }));
  const { child, ended } = start(["sweep", "m2n1", "--space", "lr.json", "--batch", "1024", ...slow], {
    cwd,
  });
  await appears(join(cwd, "runs.sqlite"));
  await sleep(2000);
  child.kill("SIGINT");
  await sleep(700);
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  t.is(code, 130, stderr);
  // Of the one that leaves at once, or of the first, where its trials had ended by then.
  t.regex(stderr, /continue with: plateau sweep --study runs\.sqlite --name m2n1 --trials \d+ --resume\n$/);
});

test.serial("SIGINT in the middle of an update of seconds keeps what was done before it", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "lr.json"), JSON.stringify({ parameters: { lr: [0.001, 0.002] } }));
  const large = [
    "--d-model",
    "256",
    "--layers",
    "4",
    "--batch",
    "512",
    "--steps",
    "1000",
    "--evaluate-every",
    "0",
  ];
  const args = [
    "sweep",
    "m4n3",
    "--space",
    "lr.json",
    "--sampler",
    "grid",
    "--workers",
    "1",
    "--dim",
    "64",
    ...large,
  ];
  let kept: { size: number }[] = [];
  // A machine that is busy with other things may not get to it within the second that there is: once it has to.
  for (let tries = 0; tries < 4 && kept.length === 0; tries++) {
    const again = tries > 0 ? ["--resume"] : [];
    const { child, ended } = start([...args, "--validation-rows", "100", ...again], { cwd });
    await appears(join(cwd, "runs.sqlite"));
    await sleep(8000);
    const begin = Date.now();
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    t.is(code, 130, stderr);
    t.log(`stopped after ${Date.now() - begin} ms`);
    const database = new Database(join(cwd, "runs.sqlite"));
    kept = database.prepare("SELECT length(bytes) AS size FROM checkpoints").all() as typeof kept;
    database.close();
  }
  t.is(kept.length, 1);
  t.true(kept[0].size > 1e6);
});
