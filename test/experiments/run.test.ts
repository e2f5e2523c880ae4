import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment } from "../../src/experiments/config.js";
import {
  describeProtocol,
  type Protocol,
  parseOverride,
  protocolSchema,
  protocols,
  resolveProtocol,
} from "../../src/experiments/protocol.js";
import { run } from "../../src/experiments/run.js";
import type { TrainingState } from "../../src/training/state.js";

const tiny = {
  target: "m2n1",
  steps: 30,
  testRows: 200,
  validationRows: 100,
  trainRows: 2000,
  evaluateEvery: 10,
} as const;

test("one seed, one result: bits of weights and scores", async (t) => {
  const one = (await run({ ...tiny, seed: 3 })).result;
  const again = (await run({ ...tiny, seed: 3 })).result;
  const other = (await run({ ...tiny, seed: 4 })).result;
  t.is(one.weightsSha256, again.weightsSha256);
  t.deepEqual(one.test, again.test);
  t.not(one.weightsSha256, other.weightsSha256);
  t.regex(one.weightsSha256, /^[0-9a-f]{64}$/);
});

test("the bits of this version are these, on every engine", async (t) => {
  const { result } = await run({ target: "m2n1", seed: 7, steps: 200, testRows: 100 });
  // What `plateau train m2n1 --seed 7 --steps 200 --json` prints. A change that alters it belongs in the CHANGELOG.
  t.is(result.weightsSha256, "bb2a3381548ddc2c27a04020604e3c695b670f64dee1f9715b355bdcb8569f59");
});

for (const target of ["m2n1", "m4n3"]) {
  for (const mode of ["regression", "classification"] as const) {
    for (const protocol of ["sound", "study"] as const) {
      test(`${target}, ${mode}, ${protocol}: a whole run, judged beside its baselines`, async (t) => {
        const { result } = await run({
          ...tiny,
          target,
          mode,
          protocol,
          dim: 4,
          classes: 5,
          dModel: protocol === "sound" ? 16 : undefined,
        });
        t.is(result.outcome, "complete");
        t.is(result.steps, 30);
        t.deepEqual(Object.keys(result.test.failureRate), ["1", "2", "3", "4"]);
        t.deepEqual(Object.keys(result.test.matched), ["5", "10", "15", "20"]);
        for (const baseline of ["mean", "majority", "leastSquares"] as const)
          t.truthy(result.baselines[baseline]);
        t.true(result.verdict.length > 20);
        t.true(Number.isFinite(result.loss));
      });
    }
  }
}

test("every field of the protocol can be overridden by itself, from either side", (t) => {
  for (const base of ["sound", "study"] as const) {
    const { base: _, ...fields } = protocolSchema.entries;
    for (const [field, type] of Object.entries(fields)) {
      for (const value of type.options) {
        const protocol = resolveProtocol({ base, [field]: value });
        t.is(protocol[field as keyof Protocol], value);
        const others = Object.keys(protocols[base]).filter((key) => key !== field) as (keyof Protocol)[];
        t.true(others.every((key) => protocol[key] === protocols[base][key]));
        t.notThrows(() => defineExperiment({ ...tiny, dim: 4, protocol }), `${base} with ${field}=${value}`);
      }
    }
  }
});

test("the protocol decides model and training", (t) => {
  const study = defineExperiment({ target: "m2n1", dim: 8, protocol: "study" });
  const sound = defineExperiment({ target: "m2n1", dim: 8 });
  const config = (e: typeof study) => e.architecture.config as Record<string, unknown>;
  t.like(config(study), {
    dModel: 8,
    embedding: "none",
    head: "none",
    causal: false,
    start: "random",
    ff: 16,
  });
  t.like(config(sound), { dModel: 32, embedding: "linear", head: "linear", causal: true, start: "learned" });
  t.like(study.training, {
    optimizer: "adam",
    weightDecay: 0.05,
    minFactor: 0,
    stopAfter: 200,
    clipEvery: "micro-batch",
  });
  t.like(sound.training, { optimizer: "adamw", minFactor: 0.1, stopAfter: 0 });
  t.deepEqual(study.quantisation(5), { classes: 5, low: -1, high: 1, mode: "diagonal" });
  t.deepEqual(sound.quantisation(5), { classes: 5, low: -2, high: 2, mode: "per-coordinate" });
});

test("protocols are described by what differs", (t) => {
  t.is(describeProtocol(protocols.sound), "sound");
  t.is(
    describeProtocol(resolveProtocol({ base: "study", outputHead: "linear" })),
    "study with outputHead=linear",
  );
  t.deepEqual(parseOverride("weightDecay=none"), { weightDecay: "none" });
});

test("bad configurations are refused with their value", (t) => {
  const refuse = (change: object, message: RegExp) => {
    t.throws(() => defineExperiment({ ...tiny, ...change } as never), { instanceOf: PlateauError, message });
  };
  refuse({ target: "m3n9" }, /unknown target: "m3n9" \(known: m2n1, m4n3, sine, /);
  refuse({ protocol: "loud" }, /unknown protocol: "loud"/);
  refuse({ protocol: { outputHaed: "linear" } }, /outputHaed/);
  refuse({ lr: Number.NaN }, /lr is NaN/);
  refuse({ dModel: 0 }, /dModel is 0/);
  refuse({ heads: 5 }, /5 heads do not divide d-model 32/);
  refuse({ batch: 2001 }, /batch 2001 is larger than the data \(2000 rows\)/);
  refuse({ protocol: "study", dModel: 32 }, /d-model 32 with dim 4/);
  refuse({ mode: "ranking" }, /mode is "ranking"/);
});

test("a run that was stopped behind its last update, judged or not, ends as one that was not", async (t) => {
  const steps = 20;
  for (const evaluateEvery of [10, 15]) {
    const input = { target: "m2n1", steps, evaluateEvery, batch: 16, trainRows: 200, testRows: 50 } as const;
    const whole = await run(input);
    const stop = new AbortController();
    let kept: TrainingState | undefined;
    const stopped = run(input, {
      signal: stop.signal,
      progressEvery: 0,
      onProgress: ({ update }) => update === steps && stop.abort(),
      onEvaluation: ({ update }) => update === steps && stop.abort(),
      checkpointEvery: 0,
      onCheckpoint: (state) => void (kept = structuredClone(state)),
    });
    await stopped.catch((error: PlateauError) => t.is(error.code, "aborted"));
    t.is(kept?.updates, steps);
    const { result } = await run(input, { resume: kept });
    t.is(result.diverged, whole.result.diverged);
    t.is(result.weightsSha256, whole.result.weightsSha256);
  }
});
