import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { VirtualClock } from "../../bench/scale/clock.js";
import { type Faults, noFaults } from "../../bench/scale/executor.js";
import { type Simulation, simulate } from "../../bench/scale/simulate.js";
import { Study } from "../../src/sweep/study.js";
import { facts } from "../sweep/support/facts.js";

const work = { steps: 8, seconds: 2, diverging: 0.05, failing: 0.05 };
const faulty: Faults = { ...noFaults, death: 0.2, undead: 0.4, lost: 0.05, twice: 0.05, late: 0.1 };

/** A study of simulated trials, and what came of it. How often trials broke down is what faults may change. */
async function simulated(t: ExecutionContext, options: Pick<Simulation, "study" | "workers" | "faults">) {
  const folder = mkdtempSync(join(tmpdir(), "plateau-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "scale.sqlite");
  const result = await simulate({ file, trials: 400, work, checkpointEvery: 0.5, ...options });
  await using study = await Study.open(file, { name: "scale" });
  return { ...result, facts: facts(study).map(({ failures: _, ...trial }) => trial) };
}

const studies: Record<string, Simulation["study"]> = {
  "random search": { sampler: "random" },
  "TPE with ASHA": { sampler: "tpe", pruner: "asha", lookahead: 150 },
  "TPE with the median rule, on three seeds": { sampler: "tpe", pruner: "median", seeds: 3, lookahead: 120 },
};
for (const [name, study] of Object.entries(studies)) {
  test(`${name} on 100 virtual workers that die and are not heard of is the study of one that does not fail`, async (t) => {
    const alone = await simulated(t, { study, workers: 1, faults: noFaults });
    const many = await simulated(t, { study, workers: 100, faults: faulty });
    t.deepEqual(many.facts, alone.facts);
    t.deepEqual(many.states, alone.states);
    const { complete, diverged, failed, waiting, running, pruned } = many.states;
    t.true(complete > 0 && diverged > 0 && failed > 0, JSON.stringify(many.states));
    t.is(pruned > 0, name !== "random search");
    t.is(waiting + running, 0);
    for (const [fault, count] of Object.entries(many.happened)) t.true(count > 10, `${fault}: ${count}`);
    t.deepEqual(alone.happened, { deaths: 0, undead: 0, lost: 0, twice: 0, late: 0 });
    // A hundred workers are faster than one, faults or not, or they did not run at a time.
    t.true(
      many.virtualSeconds < alone.virtualSeconds / 10,
      `${many.virtualSeconds} of ${alone.virtualSeconds}`,
    );
  });
}

test("the virtual clock: what happens next happens first, of one moment in order", async (t) => {
  const clock = new VirtualClock();
  const passing = clock.run();
  const heard: string[] = [];
  const say = async (seconds: number, text: string) => {
    await clock.sleep(seconds);
    heard.push(`${text} at ${clock.now}`);
  };
  await Promise.all([say(3, "c"), say(1, "a"), say(3, "d"), say(2, "b").then(() => say(0.5, "e"))]);
  t.deepEqual(heard, ["a at 1", "b at 2", "e at 2.5", "c at 3", "d at 3"]);
  clock.stop();
  await passing;
});
