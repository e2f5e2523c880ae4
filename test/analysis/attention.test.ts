import test from "ava";
import { type AttentionResult, attention } from "../../src/analysis/attention.js";
import { modelFunction } from "../../src/analysis/model-function.js";
import { attentionWeights } from "../../src/nn/attention-weights.js";
import type { TransformerOptions } from "../../src/nn/config.js";
import { mlp } from "../../src/nn/mlp.js";
import type { Model } from "../../src/nn/model.js";
import { Model as AnyModel } from "../../src/nn/model.js";
import { Transformer } from "../../src/nn/transformer.js";
import { box } from "../../src/targets/domain.js";
import { testSource } from "../kernels/run.js";

const S = 5;
const encoder: TransformerOptions = {
  kind: "encoder",
  inputDim: 1,
  outputDim: 1,
  inputTokens: S,
  outputTokens: S,
  dModel: 6,
  heads: 3,
  ff: 8,
  encoderLayers: 2,
};

/** Sets numbers of parameters whose names match. */
function set(model: Model, name: RegExp, value: (row: number, column: number) => number): void {
  const state = model.stateDict();
  for (const [key, { shape, data }] of state) {
    if (!name.test(key)) continue;
    const width = shape.length > 1 ? shape[1] : 1;
    for (let i = 0; i < data.length; i++) data[i] = value(Math.floor(i / width), i % width);
  }
  model.loadStateDict(state);
}

const cube = (inputs: number) => box(new Array(inputs).fill(-1), new Array(inputs).fill(1));

function measured(model: Model, options = {}, inputs?: number): Promise<AttentionResult> {
  const f = modelFunction(model);
  const domain = cube(inputs ?? f.inputs);
  return attention.measure({ model: f, network: model, domain }, { samples: 100, ...options });
}

test("uniform attention: entropy ln S, effective rank 1, a triangular profile", async (t) => {
  const model = Transformer.create(encoder, { seed: 1 });
  // Queries and keys 0: every score is 0.
  set(model, /in_proj/, (row, column) => (row < 12 ? 0 : row + column));
  const { samples, blocks } = await measured(model);
  t.is(samples, 100);
  t.deepEqual(
    blocks.map(({ name, queries, keys, heads }) => [name, queries, keys, heads.length]),
    [
      ["encoder.layers.0.self_attn", S, S, 3],
      ["encoder.layers.1.self_attn", S, S, 3],
    ],
  );
  for (const { entropy, effectiveRank, distance, profile } of blocks.flatMap(({ heads }) => heads)) {
    for (const end of [entropy.value, entropy.low, entropy.high]) {
      t.true(Math.abs(end - Math.log(S)) < 1e-6);
    }
    t.true(Math.abs(effectiveRank.value - 1) < 1e-5);
    // Mean |s − t| over all pairs of 5 places: (5² − 1)/(3·5).
    t.true(Math.abs(distance.value - 24 / 15) < 1e-6);
    t.is(profile.length, 2 * S - 1);
    for (const { offset, value } of profile) {
      t.true(Math.abs(value - (S - Math.abs(offset)) / (S * S)) < 1e-7);
    }
  }
});

test("each token to itself alone: entropy 0, rank S, distance 0", async (t) => {
  const model = Transformer.create(
    { ...encoder, dModel: S, heads: 1, encoderLayers: 1, positions: "learned" },
    { seed: 1 },
  );
  set(model, /positions/, (row, column) => (row === column ? 1 : 0));
  set(model, /embed/, () => 0);
  // Queries and keys are 40 times the positions: scores 1600/√5 on the diagonal, else 0.
  set(model, /in_proj_weight/, (row, column) => (row % S === column ? 40 : 0));
  const { blocks } = await measured(model, { keep: true });
  const [{ entropy, effectiveRank, distance, profile, weights }] = blocks[0].heads;
  t.is(entropy.value, 0);
  t.true(Math.abs(effectiveRank.value - S) < 1e-12);
  t.is(distance.value, 0);
  t.deepEqual(
    profile.map(({ value }) => value),
    [0, 0, 0, 0, 1, 0, 0, 0, 0],
  );
  t.deepEqual(
    weights,
    Array.from({ length: S }, (_, i) => Array.from({ length: S }, (_, j) => (i === j ? 1 : 0))),
  );
});

const decoder: TransformerOptions = {
  inputDim: 2,
  outputDim: 2,
  inputTokens: 3,
  outputTokens: 4,
  dModel: 9,
  heads: 3,
  ff: 8,
  encoderLayers: 1,
  decoderLayers: 2,
};

test("a causal mask lets nothing look ahead; shares sum to 1; intervals hold their means", async (t) => {
  const { blocks } = await measured(Transformer.create(decoder, { seed: 3 }), { keep: true });
  t.deepEqual(
    blocks.map(({ queries, keys }) => [queries, keys]),
    [
      [3, 3],
      [4, 4],
      [4, 3],
      [4, 4],
      [4, 3],
    ],
  );
  for (const { name, heads } of blocks) {
    for (const { entropy, effectiveRank, distance, profile, weights } of heads) {
      const ahead = profile.filter(({ offset }) => offset > 0).reduce((sum, { value }) => sum + value, 0);
      if (/decoder.*self/.test(name)) t.is(ahead, 0, name);
      else t.true(ahead > 0, name);
      const total = profile.reduce((sum, { value }) => sum + value, 0);
      t.true(Math.abs(total - 1) < 1e-6);
      for (const row of weights!) t.true(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-6);
      for (const { value, low, high } of [entropy, effectiveRank, distance, ...profile]) {
        t.true(low <= value && value <= high);
      }
    }
  }
});

test("what is averaged are the weights of the network at its own predictions, or at a teacher's", async (t) => {
  const model = Transformer.create(decoder, { seed: 3 });
  const samples = 70;
  const own = await measured(model, { samples, keep: true, seed: 5 });
  const x = cube(6).sample(5, 0, samples);
  const y = modelFunction(model).evaluate(x, samples);
  const { program, emitted } = model.program(
    { batch: samples, inputTokens: 3, outputTokens: 4 },
    { keepAttention: true },
  );
  program.f32(emitted.x).set(x);
  program.f32(emitted.y!).set(y);
  program.forward();
  for (const [i, kept] of emitted.attention.entries()) {
    const { B, T, S, H } = kept;
    const all = attentionWeights(program, kept);
    for (let h = 0; h < H; h++) {
      for (let at = 0; at < T * S; at++) {
        let mean = 0;
        for (let b = 0; b < B; b++) mean += all[(b * H + h) * T * S + at] / B;
        const found = own.blocks[i].heads[h].weights![Math.floor(at / S)][at % S];
        t.true(Math.abs(found - mean) < 1e-12);
      }
    }
  }
  const forced = await measured(model, { samples, seed: 5 }, 6 + 8);
  t.notDeepEqual(forced.blocks[1].heads[0].entropy, own.blocks[1].heads[0].entropy);
});

test("maps are unpacked as the kernel's own routine unpacks them", (t) => {
  const model = Transformer.create(decoder, { seed: 3 });
  const { program, emitted } = model.program(
    { batch: 5, inputTokens: 3, outputTokens: 4 },
    { keepAttention: true },
  );
  program.f32(emitted.x).set(testSource(1)(30));
  program.f32(emitted.y!).set(testSource(2)(40));
  program.forward();
  for (const kept of emitted.attention) {
    const { view, B, T, S, H } = kept;
    const at = model.engine.allocate(4 * B * H * T * S);
    model.engine.kernels.attentionWeights(at, program.address(view), B, T, S, H);
    t.deepEqual(attentionWeights(program, kept), model.engine.f32(at, B * H * T * S).slice());
  }
});

test("a result that JSON keeps, a sentence, the same for the same seed", async (t) => {
  const model = Transformer.create(decoder, { seed: 3 });
  const result = await measured(model);
  t.deepEqual(JSON.parse(JSON.stringify(result)), result);
  t.deepEqual(await measured(model), result);
  t.regex(attention.describe(result), /^Over 100 points attention is \d+% as spread out.*head \d of /);
});

test("what makes no sense is refused, and a signal stops it", async (t) => {
  const model = Transformer.create(decoder);
  const f = modelFunction(model);
  await t.throwsAsync(attention.measure({ model: f, domain: cube(6) }), {
    code: "usage",
    message: /give one/,
  });
  await t.throwsAsync(measured(model, { samples: 1 }), { code: "usage", message: /samples is 1/ });
  await t.throwsAsync(measured(model, {}, 7), { code: "usage", message: /7 numbers .* takes 6 \(or 14/ });
  await t.throwsAsync(measured(new AnyModel(mlp({ inputDim: 2, outputDim: 1 }))), {
    code: "usage",
    message: /mlp without attention/,
  });
  await t.throwsAsync(measured(model, { signal: AbortSignal.abort() }), { code: "aborted" });
});
