import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { folder, sleep, startScript } from "../cli/plateau.js";
import { facts, finish } from "./support/facts.js";
import { killed, TRIALS } from "./support/run-study.js";

const script = fileURLToPath(new URL("./support/run-study.js", import.meta.url));

/** Resolves when a process has said that it runs, or has ended. */
function runs({ child, ended }: ReturnType<typeof startScript>): Promise<unknown> {
  return Promise.race([new Promise((resolve) => child.stdout!.once("data", resolve)), ended]);
}

test.serial(
  "a study that is killed 20 times and more, at any moment, is the study of an uninterrupted run",
  async (t) => {
    t.timeout(240_000);
    await using whole = await openStudy(":memory:", killed);
    await finish(whole, { trials: TRIALS, workers: 2 });
    const expected = facts(whole);

    const file = join(folder(t), "runs.sqlite");
    let kills = 0;
    let continued = 0;
    for (let round = 0; ; round++) {
      const process = startScript([script, file, String(1 + (round % 2))]);
      await runs(process);
      // Any moment: golden-ratio steps fill the interval evenly. Later rounds get longer, so that it ends.
      const moment = ((round * 0.618) % 1) * (round < 20 ? 250 : 400 + 50 * round);
      const dead = await Promise.race([sleep(moment).then(() => false), process.ended.then(() => true)]);
      process.child.kill("SIGKILL");
      const { signal, code, stderr } = await process.ended;
      if (dead || signal !== "SIGKILL") {
        t.is(code, 0, stderr);
        break;
      }
      kills++;
      await using study = await openStudy(file, { name: "killed" });
      if (study.states.running > 0) continued++;
    }
    t.true(kills >= 20, `${kills} kills`);
    t.true(continued >= 5, `${continued} kills left trials running`);
    t.log(`${kills} kills, ${continued} of them with trials running`);
    await using study = await openStudy(file, killed);
    t.like(study.states, { waiting: 0, running: 0 });
    t.deepEqual(facts(study), expected);
  },
);

test.serial("two processes run one study together, to the same bits as one", async (t) => {
  t.timeout(120_000);
  await using whole = await openStudy(":memory:", killed);
  await finish(whole, { trials: TRIALS, workers: 2 });
  const file = join(folder(t), "runs.sqlite");
  // Made before both open it.
  (await openStudy(file, killed)).close();
  const processes = [startScript([script, file, "1"]), startScript([script, file, "1"])];
  for (const { ended } of processes) {
    const { code, stderr } = await ended;
    t.is(code, 0, stderr);
  }
  await using study = await openStudy(file, killed);
  t.deepEqual(facts(study), facts(whole));
});
