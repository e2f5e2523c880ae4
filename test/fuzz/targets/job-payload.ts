import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { PlateauError } from "../../../src/errors.js";
import { footprint } from "../../../src/experiments/sweep/objective.js";
import { nestedBeyond } from "../../../src/nesting.js";
import { DrivenAttempt } from "../../../src/sweep/executors/bullmq/attempt.js";
import { HeldTrial } from "../../../src/sweep/executors/bullmq/held-trial.js";
import {
  driverIsGone,
  drivers,
  mismatch,
  presentOf,
  workers,
} from "../../../src/sweep/executors/bullmq/presence.js";
import { readJob } from "../../../src/sweep/executors/bullmq/read-job.js";
import {
  decodeEvent,
  decodeJob,
  digestOf,
  encodeEvent,
  encodeJob,
  trialJob,
  type WorkerEvent,
} from "../../../src/sweep/executors/bullmq/wire.js";
import type { JobOutcome, TrialEvents, TrialJob } from "../../../src/sweep/executors/executor.js";
import { newOwner } from "../../../src/sweep/storage/owner.js";
import { mutated, prefixed } from "../mutations.js";
import { connectionTo, fields, standIn } from "../stand-in-redis.js";
import type { FuzzTarget } from "../target.js";

const job: TrialJob = {
  number: 3,
  parameters: { learningRate: 0.01, y: -0, z: "a", w: null, on: true },
  task: {
    experiment: { target: "m2n1", train: 64, model: { dModel: 8, heads: 2 } },
    metric: "loss",
    test: false,
  },
  seeds: [1, 2, 2 ** 48 - 1],
  done: [{ seed: 1, value: 0.5 }],
  checkpointEvery: 30_000,
  timeLimit: Number.POSITIVE_INFINITY,
};
const more = { study: "a", objective: "training", answers: true };
const sayings: readonly WorkerEvent[] = [
  { kind: "ran", engine: "node 22", seconds: 1.5 },
  { kind: "report", replicate: 1, step: 1, value: Number.NaN },
  { kind: "checkpoint", place: 1 },
  { kind: "note", text: "its checkpoint is large" },
  { kind: "replicate", place: 1, seed: 2, value: -0, result: { a: [1, { b: "x" }] } },
  { kind: "replicate", place: 2, seed: 2 ** 48 - 1, value: 0.25, result: undefined },
];
const endings: readonly JobOutcome[] = [
  { kind: "done" },
  { kind: "stopped" },
  { kind: "diverged", error: { code: "diverged", message: "loss is NaN", step: 4 } },
  { kind: "failed", again: true, error: { code: "memory", message: "out of memory" } },
];
const said = (events: readonly WorkerEvent[]) => events.map((one, i) => encodeEvent(one, i + 1)).join("\n");
const there = { version: "0.1.0", build: "0123456789ab", host: "far" };
const presences = [
  { ...there, owner: "far 1 - x", study: "a" },
  { ...there, pid: 1, threads: 2, objectives: ["training"], running: { "a-3-x": [1, 2, 3] } },
];

const words = [
  '"number":',
  '"seeds":[',
  '"done":[1,2,3,4]',
  '"task":',
  '"__proto__":{}',
  '"constructor":',
  '"NaN"',
  '"-0"',
  '"-Infinity"',
  "1e999",
  "-1",
  "null",
  "[]",
  "{}",
  "[".repeat(20_000),
  `${"[".repeat(600)}${"]".repeat(600)}`,
  `${"[".repeat(63)}${"]".repeat(63)}`,
  `[${"0,".repeat(2000)}0]`,
  '"result":',
  '"kind":"outcome"',
  '"kind":"replicate"',
  '"place":2',
  '"seq":',
  '"answers":',
  '"timeLimit":0',
  '"\\ud800"',
  "\n",
  "9007199254740993",
  '"data:text/javascript,export default 1"',
  '"file:///dev/zero"',
];
const keys = fc.constantFrom(
  ...["study", "number", "objective", "parameters", "task", "seeds", "done", "checkpointEvery", "timeLimit"],
  ...["answers", "kind", "seq", "place", "seed", "value", "result", "replicate", "step", "text", "outcome"],
  ...["error", "code", "message", "again", "engine", "seconds", "__proto__", "toString"],
);
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    1,
    2,
    -1,
    0.5,
    1e308,
    2 ** 53,
    "",
    "NaN",
    "-0",
    true,
    [],
    {},
    [1],
    "done",
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
/** Messages of which one or two fields are others: what reading them as JSON does not catch. */
const changed = (base: readonly string[]) =>
  fc
    .tuple(
      fc.nat(base.length - 1),
      fc.dictionary(keys, value, { maxKeys: 2 }),
      fc.array(keys, { maxLength: 1 }),
    )
    .map(([at, change, without]) => {
      const lines = base[at].split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
      const last = lines[lines.length - 1];
      for (const [key, one] of Object.entries(change)) if (key !== "__proto__") last[key] = one;
      for (const key of without) delete last[key];
      return new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
    });

/** What the hash of an attempt may hold: texts, numbers or not. */
const known = fc.dictionary(
  fc.constantFrom(...fields),
  fc.oneof(
    fc.constantFrom("d", "w", "", "0", "1", "3", "-1", "1e999", "NaN", "0x10", "stop", "9007199254740993"),
    fc.string({ maxLength: 8 }),
  ),
  { maxKeys: 6 },
);

const owner = newOwner();

/** What goes through Redis from machine to machine, read as workers and drivers read it; Redis itself is stood in for. */
export const jobPayload: FuzzTarget = {
  name: "job-payload",
  prepare() {
    const text = new TextEncoder();
    const jobs = [encodeJob(job, more), encodeJob({ ...job, done: [], task: null }, more)];
    const talks = [
      ...endings.map((outcome) => said([...sayings, { kind: "outcome", outcome }])),
      ...sayings.map((_, i) => said(sayings.slice(0, i + 1))),
    ];
    const all = [jobs, talks, presences.map((one) => JSON.stringify(one))];
    return fc.oneof(
      known.map((fields) => prefixed(all.length, text.encode(JSON.stringify(fields)))),
      ...all.map((corpus, kind) =>
        fc
          .oneof(
            mutated(
              corpus.map((one) => text.encode(one)),
              words,
            ),
            changed(corpus),
          )
          .map((bytes) => prefixed(kind, bytes)),
      ),
    );
  },
  async run(bytes) {
    const text = new TextDecoder().decode(bytes.subarray(1));
    await [readAsWorker, readAsDriver, readPresence, readKnown][(bytes[0] ?? 0) % 4](text);
  },
};

/** A trial with its checkpoint, whose bytes are the same here: they go to the objective unread. */
async function readAsWorker(text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const redis = standIn({ get: text, checkpoint: bytes, look: { worker: "", jobBytes: bytes.length } });
  const found = await readJob(redis, "a-3-x");
  if (typeof found === "string") throw new Error(`nothing to do: ${found}`);
  const { job: sent, checkpoint } = found;
  const trial = trialJob(sent, checkpoint);
  if (trial.done.some(({ seed }) => !Number.isSafeInteger(seed))) throw new Error("a value of no seed");
  if (Buffer.compare(checkpoint ?? Buffer.alloc(0), bytes) !== 0) throw new Error("another checkpoint");
  const again = decodeJob(encodeJob(trial, sent));
  if (!isDeepStrictEqual(trialJob(again, checkpoint), trial))
    throw new Error("it does not travel on as it came");
  if (digestOf(trialJob(again, undefined), sent.objective) !== digestOf(trial, sent.objective))
    throw new Error("its digest is another one when it travels on");
  footprint(trial.parameters, trial.task);
}

/** What a worker says of one trial, a line each, to the outcome. */
async function readAsDriver(text: string): Promise<void> {
  const lines = text.split("\n");
  const outcomes: string[] = [];
  const seeds: number[] = job.done.map(({ seed }) => seed);
  const storing: TrialEvents = {
    report: ({ replicate, step }) => {
      if (replicate > seeds.length || !(step >= 1))
        throw new Error(`a report of seed ${replicate} at ${step}`);
      return "continue";
    },
    replicate: (place, replicate) => {
      const json = JSON.stringify(replicate);
      if (nestedBeyond(JSON.parse(json)))
        throw new Error("a result that the study's file would refuse to give back");
      if (!Number.isFinite(replicate.value)) throw new Error("a seed that is done has no value");
      if (place > seeds.length) throw new Error(`seed ${place} after ${seeds.length}`);
      seeds[place] = replicate.seed;
      return "continue";
    },
    checkpoint: () => {},
    progress: () => {},
  };
  const redis = standIn({
    lines,
    checkpoint: Buffer.from(text),
    look: { driver: "d", worker: "w", saved: 1 + (text.length % 4), checkpointBytes: 1 },
  });
  const connection = connectionTo(redis);
  const spoken = { connection, driver: "d", study: "s", answers: true, note: () => {} };
  const attempt = new DrivenAttempt(spoken, "a-3-x", job, storing);
  for (const line of lines) {
    const event = decoded(line);
    if (event?.kind === "outcome") outcomes.push(JSON.stringify(event.outcome));
  }
  await attempt.news();
  attempt.end({ kind: "aborted" });
  const ended = await attempt.ended;
  if ("error" in ended && ended.error.code === "internal" && !outcomes.includes(JSON.stringify(ended)))
    throw new Error(`a defect of the driver: ${ended.error.message}`);
  if (ended.kind === "done" && !isDeepStrictEqual(seeds, job.seeds))
    throw new Error(`done, but of seeds ${seeds}`);
  for (const line of lines) decodeEvent(line);
}

/** What is known of an attempt, to the driver and the worker that have it. */
async function readKnown(text: string): Promise<void> {
  let look: Record<string, string>;
  try {
    look = { driver: "d", worker: "w", ...(JSON.parse(text) as object) };
  } catch {
    return;
  }
  const redis = standIn({ get: encodeJob(job, more), lines: said(sayings).split("\n"), look });
  const connection = connectionTo(redis);
  const spoken = { connection, driver: "d", study: "s", answers: true, note: () => {} };
  const nothing = () => "continue" as const;
  const storing = { report: nothing, replicate: nothing, checkpoint: () => {}, progress: () => {} };
  const attempt = new DrivenAttempt(spoken, "a-3-x", job, storing);
  await attempt.look();
  await attempt.news();
  attempt.end({ kind: "aborted" });
  await attempt.ended;
  const trial = new HeldTrial(connection, "w", "a-3-x", { answers: true, done: 1 });
  const asked = Promise.resolve(trial.events.report({ replicate: 1, step: 1, value: 0.5 }));
  await trial.refresh(() => false);
  const decided = await Promise.race([asked, new Promise((resolve) => setImmediate(resolve))]);
  if (decided !== undefined && decided !== "stop" && decided !== "continue")
    throw new Error(`decided: ${decided}`);
  trial.stop();
  await asked;
  const free = standIn({ get: encodeJob(job, more), look: { ...look, worker: "" } });
  await readJob(free, "a-3-x");
}

/** Who is there, or seems to be: what is none is nobody. */
async function readPresence(text: string): Promise<void> {
  const redis = standIn({ get: text });
  const driving = await presentOf(redis, drivers, ["x"]);
  const working = await presentOf(redis, workers, ["x"]);
  driverIsGone(driving.get("x"), owner);
  const wrong = [mismatch(driving.values(), "here", "there"), mismatch(working.values(), "here", "there")];
  const unlike = wrong.find((one) => one !== undefined);
  if (unlike) throw unlike;
  if (driving.size + working.size === 0) throw new PlateauError("format", "nobody");
}

function decoded(line: string) {
  try {
    return decodeEvent(line);
  } catch (error) {
    if (error instanceof PlateauError) return undefined;
    throw error;
  }
}
