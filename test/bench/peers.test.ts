import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { stepConfigs } from "../../bench/configs.js";
import { modelOptions, writeJob } from "../../bench/peers/jobs.js";
import { ours, type Peer } from "../../bench/peers/registry.js";
import { Contestant, race } from "../../bench/peers/rounds.js";
import { batchesOf, readJob } from "../../bench/peers/serve.js";
import { Transformer } from "../../src/nn/transformer.js";
import { folder, startScript } from "../cli/plateau.js";

const A = stepConfigs[0];
const options = { rounds: 2, seconds: 0.001, limit: 60 };

function fake(how: string): Peer {
  const file = fileURLToPath(new URL("../support/peer.js", import.meta.url));
  return {
    name: how,
    does: ["train"],
    command: () => ({ file: process.execPath, args: [file, how] }),
  };
}

async function raced(t: ExecutionContext, names: readonly string[], limits: Record<string, number> = {}) {
  const plain = writeJob(folder(t), "step:A", A, { kind: "train" });
  const contestants = names.map(
    (name) => new Contestant(fake(name), { ...options, limit: limits[name] ?? options.limit }),
  );
  t.teardown(() => contestants.forEach((one) => void one.close()));
  return race({ name: "step:A", plain }, contestants, options);
}

test("peers take turns, and one that fails says why while the others go on", async (t) => {
  const found = await raced(t, ["first", "well", "wrong", "unable", "dies"]);
  t.is(found["first"].ratio, undefined);
  t.is(found["first"].msPerStep?.rounds.length, 2);
  t.is(found["well"].msPerStep?.rounds.length, 2);
  t.truthy(found["well"].ratio);
  t.deepEqual(found["well"].difference, { first: 0, most: 0 });
  t.is(found["wrong"].failed, "its loss at step 1 is 2, ours 1");
  t.is(found["unable"].failed, "Error: this model is too much");
  t.regex(found["dies"].failed!, /^its process ended \(exit code 3\)/);
});

test("a peer that does not answer is ended after its limit", async (t) => {
  const found = await raced(t, ["first", "hangs"], { hangs: 2 });
  // On a busy machine its first answer may take as long.
  t.regex(found["hangs"].failed!, /^no answer to "(hello|check)" within 2 s$/);
  t.truthy(found["first"].msPerStep);
});

test("ours begins with the weights of the job's file and sees its rows in their order", async (t) => {
  const job = writeJob(folder(t), "step:A", A, { kind: "train" });
  const data = readJob(job);
  const contestant = new Contestant(ours, options);
  t.teardown(() => contestant.close());
  const process = await contestant.process();
  await process.load("plain", job);
  const { losses } = await process.check("plain", 1);
  const model = Transformer.create(modelOptions(job.model), { seed: 99 });
  model.loadStateDict(data.weights);
  const { x, y } = batchesOf(data, job).next().value!;
  const output = model.predict(x, { teacher: y });
  const mean = output.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / y.length;
  t.true(Math.abs(losses![0] - mean) < 1e-6 * mean, `${losses![0]} and ${mean}`);
  t.is(readFileSync(job.file).length > 0, true);
});

const refused: [args: string[], message: RegExp][] = [
  [
    ["--peers", "caffe"],
    /^error: no peer named caffe \(known: pytorch, pytorch-avx2, tfjs, jax-js, onnxruntime-web\)\n$/,
  ],
  [["--only", "step:Z"], /^error: no case named step:Z \(--list names them\)\n$/],
  [["--rounds", "0"], /^error: --rounds 0: expected a number of 1 or more\n$/],
  [["--seconds", "x"], /^error: --seconds x: expected a number of 0 or more\n$/],
  [["--foo"], /^error: Unknown option '--foo' \(see --help\)\n$/],
];

test("comparisons refuse bad usage in one line, with code 2", async (t) => {
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await startScript(["dist/bench/peers/main.js", ...args]).ended;
    t.is(code, 2);
    t.regex(stderr, message);
    t.is(stdout, "");
  }
});
