import type { ConformanceCase } from "../conformance.js";
import { defineStudy, type StudyInput } from "../definition.js";
import type { Ending } from "../trial.js";
import { newOwner, retire } from "./owner.js";
import type { Owner, Storage, StudyStorage } from "./storage.js";

const input: StudyInput = {
  name: "conformance",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
};
const done = (value: number): Ending => ({
  state: "complete",
  value,
  replicates: [{ seed: 7, value }],
  seconds: 1,
});

/**
 * What every storage must do: for a storage of your own, run each case in your tests.
 * @param open makes an empty storage
 * @throws Error from each case, saying what was found, and what was expected
 */
export function* storageConformance(open: () => Storage | Promise<Storage>): Iterable<ConformanceCase> {
  const each = (
    name: string,
    check: (study: StudyStorage, owner: Owner, storage: Storage) => void,
  ): ConformanceCase => ({
    name,
    async run() {
      const storage = await open();
      const owner = newOwner();
      try {
        check(storage.create(defineStudy(input)), owner, storage);
      } finally {
        retire(owner);
        storage.close();
      }
    },
  });
  const trial = (x: number) => ({ parameters: { x }, seeds: [7] });

  yield each("a study is made once, found by its name, and listed", (study, owner, storage) => {
    study.add(0, trial(0.5), owner);
    const again = storage.create(defineStudy({ ...input, seed: 99 }));
    same(again.definition, study.definition, "the definition of a study that was there");
    same(again.count(), 1, "trials of a study that was there");
    same(storage.find("nothing"), undefined, "a study that is not there");
    same(
      storage.list().map(({ name }) => name),
      ["conformance"],
      "the list of studies",
    );
  });
  yield each("trials are numbered from 0 without a gap, whoever adds them", (study, owner) => {
    same(study.count(), 0, "trials of a new study");
    same(study.add(1, trial(0.1), owner), false, "adding trial 1 before trial 0");
    same(study.add(0, trial(0.1), owner), true, "adding trial 0");
    same(study.add(0, trial(0.2), owner), false, "adding trial 0 twice");
    same(study.trial(0)?.parameters, { x: 0.1 }, "the parameters of trial 0");
    same(study.count(), 1, "trials");
  });
  yield each("a trial that is claimed is nobody else's until it is released", (study, owner) => {
    const other = newOwner();
    study.add(0, trial(0.1), owner);
    same(study.claim(other, 10), undefined, "a claim of another's trial");
    same(study.finish(0, done(1), other), false, "the end of another's trial");
    same(study.report(0, { replicate: 0, step: 1, value: 1 }, other), false, "a report on another's trial");
    same(study.replicate(0, 0, { seed: 7, value: 1 }, other), false, "a seed of another's trial");
    same(study.checkpoint(0, 1, Uint8Array.of(1), other), false, "a checkpoint of another's trial");
    same(
      [study.reports(0), study.replicates(0), study.trial(0)?.step],
      [[], [], 0],
      "what was recorded then",
    );
    study.release(0, owner);
    same(study.trial(0)?.state, "waiting", "the state after release");
    same(study.claim(other, 0), undefined, "a claim below 0");
    same(study.claim(other, 10)?.number, 0, "a claim of a released trial");
    retire(other);
    same(study.claim(owner, 10)?.number, 0, "a claim of a trial whose owner is gone");
  });
  yield each("a trial that has ended stays as it ended", (study, owner) => {
    study.add(0, trial(0.1), owner);
    same(study.finish(0, done(1), owner), true, "the first end");
    same(study.finish(0, done(2), owner), false, "a second end");
    study.release(0, owner);
    const ended = study.trial(0);
    same([ended?.state, ended?.value], ["complete", 1], "state and value");
    same(study.firstOpen(), undefined, "the first open trial");
  });
  yield each("numbers come back to the last bit, those that JSON lacks as well", (study, owner) => {
    const values = [0.1 + 0.2, 5e-324, Number.MAX_VALUE, -0.1, 1 / 3, Number.POSITIVE_INFINITY, Number.NaN];
    study.add(0, { parameters: { x: 0.1 + 0.2 }, seeds: [2 ** 48 - 1] }, owner);
    for (const [i, value] of values.entries()) study.report(0, { replicate: 0, step: i + 1, value }, owner);
    same(
      study.reports(0).map(({ value }) => value),
      values,
      "reported values",
    );
    study.replicate(0, 0, { seed: 2 ** 48 - 1, value: 1 / 3, result: { a: [1e-17, "ü"] } }, owner);
    same(
      study.replicates(0),
      [{ seed: 2 ** 48 - 1, value: 1 / 3, result: { a: [1e-17, "ü"] } }],
      "replicates",
    );
    same(study.trial(0)?.seeds, [2 ** 48 - 1], "seeds");
    same(study.trial(0)?.parameters, { x: 0.1 + 0.2 }, "parameters");
  });
  yield each("the same report again changes nothing", (study, owner) => {
    study.add(0, trial(0.1), owner);
    for (const step of [1, 2, 1, 2]) study.report(0, { replicate: 0, step, value: step / 3 }, owner);
    same(
      study.reports(0),
      [1, 2].map((step) => ({ replicate: 0, step, value: step / 3 })),
      "reports",
    );
  });
  yield each("a checkpoint is replaced, belongs to a seed, and goes with the trial", (study, owner) => {
    study.add(0, { parameters: { x: 0.1 }, seeds: [1, 2] }, owner);
    same(study.progress(0).checkpoint, undefined, "a checkpoint before there is one");
    study.checkpoint(0, 1, Uint8Array.of(1, 2, 3), owner);
    study.checkpoint(0, 2, Uint8Array.of(4, 0, 255), owner);
    same([...study.progress(0).checkpoint!], [4, 0, 255], "the checkpoint");
    same(study.progress(0).seconds, 2, "the seconds of the checkpoint");
    study.replicate(0, 0, { seed: 1, value: 3 }, owner);
    same(study.progress(0).checkpoint, undefined, "the checkpoint after its seed is done");
    study.checkpoint(0, 3, Uint8Array.of(9), owner);
    study.finish(0, done(1), owner);
    same(study.progress(0).checkpoint, undefined, "the checkpoint after the trial has ended");
  });
  yield each(
    "breakdowns are counted; interruptions are not; failed trials can be put back",
    (study, owner) => {
      study.add(0, trial(0.1), owner);
      study.release(0, owner);
      same(study.claim(owner, 1)?.failures, 0, "failures after an interruption");
      study.release(0, owner, { code: "internal", message: "broken" });
      same(study.claim(owner, 1)?.failures, 1, "failures after a breakdown");
      study.finish(
        0,
        {
          state: "failed",
          value: null,
          replicates: [],
          seconds: 1,
          error: { code: "internal", message: "broken" },
        },
        owner,
      );
      same(study.trial(0)?.error, { code: "internal", message: "broken" }, "the error");
      same(study.retryFailed(), 1, "trials that were put back");
      same([study.trial(0)?.state, study.trial(0)?.failures], ["waiting", 0], "state and failures then");
    },
  );
  yield each("observations end before the first trial that has not ended", (study, owner) => {
    for (let n = 0; n < 4; n++) study.add(n, trial(n / 10), owner);
    for (const n of [0, 1, 3]) study.finish(n, done(n), owner);
    same(
      [...study.observations(0, 9)].map(({ number, value }) => [number, value]),
      [
        [0, 0],
        [1, 1],
      ],
      "observations",
    );
    same(study.firstOpen(), 2, "the first open trial");
    same(
      study.states(),
      { waiting: 0, running: 1, complete: 3, pruned: 0, diverged: 0, failed: 0 },
      "states",
    );
  });
  yield each("the best is the earliest of the best complete ones", (study, owner) => {
    for (let n = 0; n < 5; n++) study.add(n, trial(n / 10), owner);
    same(study.best(), undefined, "the best of none");
    study.finish(0, { ...done(-5), state: "pruned" }, owner);
    for (const [n, value] of [3, 1, 1, 2].entries()) study.finish(n + 1, done(value), owner);
    same(study.best()?.number, 2, "the best trial");
  });
  yield each("trials are read by number, over more than a page", (study, owner) => {
    const count = 2345;
    for (let n = 0; n < count; n++) study.add(n, trial(n / count), owner);
    let next = 0;
    for (const { number } of study.trials()) same(number, next++, "the next trial");
    same(next, count, "trials read");
    same([...study.trials(["complete"])].length, 0, "complete trials");
  });
  yield each("a shard's trials are numbered as in the whole study", (_, owner, storage) => {
    const study = storage.create(defineStudy({ ...input, name: "shard", shard: "2/3" }));
    same(study.count(), 0, "trials of a new shard");
    for (const [number, expected] of [
      ...[[0, false] as const, [1, true] as const, [2, false] as const],
      ...[[3, false] as const, [4, true] as const, [4, false] as const],
    ]) {
      same(study.add(number, trial(0.1), owner), expected, `adding trial ${number}`);
    }
    same([study.count(), study.firstOpen()], [2, 1], "trials, and the first open one");
  });
  yield each(
    "a trial is taken over with all that there is of it, and claimed by nobody",
    (study, owner, storage) => {
      study.add(0, { parameters: { x: 0.1 + 0.2 }, seeds: [7, 8] }, owner);
      for (const value of [1 / 3, Number.NaN])
        study.report(0, { replicate: 0, step: 1 + study.reports(0).length, value }, owner);
      study.release(0, owner, { code: "internal", message: "broken" });
      study.claim(owner, 1);
      study.replicate(0, 0, { seed: 7, value: 1 / 3, result: { a: "ü" } }, owner);
      study.checkpoint(0, 2.5, Uint8Array.of(3, 0, 255), owner);
      study.add(1, trial(0.2), owner);
      study.finish(1, { ...done(1), spread: { value: 1, low: 0.5, high: 1.5, deviation: 0.25 } }, owner);
      study.add(2, trial(0.3), owner);
      study.finish(
        2,
        { ...done(1), state: "diverged", value: null, error: { code: "diverged", message: "m", step: 3 } },
        owner,
      );
      const records = [0, 1, 2].map((number) => study.record(number)!);
      same(study.record(3), undefined, "the record of a trial that is not there");
      const other = storage.create(defineStudy({ ...input, name: "other" }));
      other.adopt(records);
      const waiting = { ...records[0], state: "waiting" };
      same(
        [0, 1, 2].map((number) => other.record(number)),
        [waiting, ...records.slice(1)],
        "records",
      );
      same([...other.progress(0).checkpoint!], [3, 0, 255], "the checkpoint");
      same(other.claim(owner, 3)?.number, 0, "a claim of a trial that was taken over");
    },
  );
  yield each(
    "trials are taken over all or none: without a gap, none that has ended or is run",
    (study, owner, storage) => {
      for (let n = 0; n < 4; n++) study.add(n, trial(n / 10), owner);
      for (const n of [0, 1, 3]) study.finish(n, done(n), owner);
      const [zero, one, two, three] = [0, 1, 2, 3].map((number) => study.record(number)!);
      const other = storage.create(defineStudy({ ...input, name: "other" }));
      throws(() => other.adopt([zero, two]), "a gap");
      same(other.count(), 0, "trials after that");
      other.adopt([zero, { ...one, state: "waiting" }]);
      throws(() => other.adopt([zero]), "a trial that has ended");
      other.adopt([one, two, three]);
      same(
        [...other.trials()].map(({ state }) => state),
        ["complete", "complete", "waiting", "complete"],
        "states",
      );
      other.claim(owner, 9);
      throws(() => other.adopt([{ ...two, state: "complete" }]), "a trial that is run");
      same(other.trial(2)?.state, "running", "its state");
      const failed = { ...three, number: 4, state: "failed" as const };
      other.adopt([failed]);
      other.adopt([{ ...three, number: 4 }]);
      same(other.trial(4)?.state, "complete", "the state of one that had failed");
    },
  );
  yield each(
    "a study that is run is not removed; one that is removed leaves nothing behind",
    (study, owner, storage) => {
      study.add(0, trial(0.1), owner);
      throws(() => storage.remove("conformance"), "removing a study that is run");
      study.report(0, { replicate: 0, step: 1, value: 1 }, owner);
      study.release(0, owner);
      same(storage.remove("conformance"), true, "removing it");
      throws(() => study.add(1, trial(0.1), owner), "adding a trial to a study that was removed");
      same(storage.remove("conformance"), false, "removing it again");
      same(storage.create(defineStudy(input)).count(), 0, "trials of a new one of that name");
    },
  );
}

function throws(work: () => unknown, what: string): void {
  try {
    work();
  } catch {
    return;
  }
  throw new Error(`${what}: expected an error, found none`);
}

function same(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [found, expected].map((value) =>
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "number" && !Number.isFinite(part)
        ? `number ${part}`
        : part === undefined
          ? "undefined"
          : part,
    ),
  );
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}
