import test from "ava";
import { PlateauError } from "../../src/errors.js";
import type { Architecture } from "../../src/nn/architecture.js";
import type { TransformerConfig, TransformerOptions } from "../../src/nn/config.js";
import { Model, type ModelOptions, type StateTensor } from "../../src/nn/model.js";
import { keyMask } from "../../src/nn/padding.js";
import { Transformer, transformer } from "../../src/nn/transformer.js";
import { type Build, supports } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { testSource } from "../kernels/run.js";
import { small } from "../support/architectures.js";

test("parameters are named and counted as torch.nn.Transformer's", (t) => {
  const model = Transformer.create({ ...small, inputDim: 8, targetDim: 8, outputDim: 8, embedding: "none" });
  const names = [...model.stateDict().keys()];
  t.true(names.includes("transformer.encoder.layers.1.self_attn.in_proj_weight"));
  t.true(names.includes("transformer.decoder.layers.0.multihead_attn.out_proj.bias"));
  t.true(names.includes("transformer.decoder.norm.weight"));
  t.true(names.includes("start"));
  // Config B of the benchmarks, counted by PyTorch.
  const B = transformer({
    inputDim: 32,
    outputDim: 32,
    inputTokens: 4,
    outputTokens: 3,
    dModel: 32,
    heads: 4,
    ff: 64,
    encoderLayers: 2,
    decoderLayers: 2,
    embedding: "none",
  });
  t.is(new Model(B).parameterCount, 43_968);
});

test("a state dict goes round, with the prefix of a wrapping module or without", (t) => {
  const one = Transformer.create(small, { seed: 1 });
  const other = Transformer.create(small, { seed: 2 });
  t.notDeepEqual(one.weights(), other.weights());
  const bare = new Map(
    [...one.stateDict()].map(([name, tensor]) => [name.replace(/^transformer\./, ""), tensor]),
  );
  other.loadStateDict(bare);
  t.deepEqual(one.stateDict(), other.stateDict());
});

test("a state dict that does not fit is refused by name, and nothing is changed", (t) => {
  const model = Transformer.create(small);
  const before = model.weights().slice();
  const refuse = (change: (state: Map<string, StateTensor>) => void, message: RegExp) => {
    const state = Transformer.create(small, { seed: 9 }).stateDict();
    change(state);
    t.throws(() => model.loadStateDict(state, "w.safetensors"), {
      instanceOf: PlateauError,
      code: "shape-mismatch",
      message,
    });
  };
  refuse((s) => s.delete("head.bias"), /w\.safetensors has no tensor head\.bias, expected with shape \[2\]/);
  refuse(
    (s) => s.set("head.bias", { shape: [3], data: new Float32Array(3) }),
    /head\.bias has shape \[3\], expected \[2\]/,
  );
  refuse((s) => s.set("extra", { shape: [1], data: new Float32Array(1) }), /no parameter extra/);
  t.deepEqual(model.weights().slice(), before);
});

test("a model's own predictions are what teacher forcing with them gives", (t) => {
  const model = Transformer.create(small, { seed: 4 });
  const rows = 5;
  const x = testSource(2)(rows * 4 * 3);
  const own = model.predict(x);
  t.deepEqual(model.predict(x, { teacher: own }), own);
  // The last true output is never read: position i sees outputs before i.
  const changed = own.slice();
  for (let row = 0; row < rows; row++) changed[row * 6 + 5] += 1;
  t.deepEqual(model.predict(x, { teacher: changed }), own);
  changed[0] += 1;
  t.notDeepEqual(model.predict(x, { teacher: changed }), own);
});

test("a model that is moved predicts the same, and brings back what it learned", (t) => {
  const model = Transformer.create(small, { seed: 3 });
  const { engine, address } = model;
  const x = testSource(1)(5 * 12);
  const predicted = model.predict(x);
  const { used } = engine;
  for (let i = 0; i < 2; i++) {
    const other = new Engine({ shared: true });
    const moveBack = model.moveTo(other);
    t.is(model.engine, other);
    t.deepEqual(model.predict(x), predicted);
    const weights = model.weights();
    for (let j = 0; j < weights.length; j++) weights[j] *= 1.5;
    const away = model.predict(x);
    t.notDeepEqual(away, predicted);
    moveBack();
    t.is(model.engine, engine);
    t.is(model.address, address);
    t.deepEqual(model.predict(x), away);
    t.is(engine.used, used, "what was built before serves again");
    predicted.set(away);
  }
});

test("a row's prediction does not depend on the rows beside it", (t) => {
  const model = Transformer.create(small, { seed: 4 });
  const x = testSource(3)(300 * 12);
  const all = model.predict(x);
  for (const row of [0, 1, 255, 256, 299]) {
    t.deepEqual(model.predict(x.slice(row * 12, row * 12 + 12)), all.slice(row * 6, row * 6 + 6));
  }
});

test("keys that the padding mask takes out change nothing", (t) => {
  const model = Transformer.create({ ...small, padding: true, positions: "none" }, { seed: 4 });
  const { program, emitted } = model.program({ batch: 1, inputTokens: 4, outputTokens: 3 });
  const run = (last: number) => {
    program.f32(emitted.x).set(testSource(6)(12).map((v, i) => (i >= 9 ? last : v)));
    program.f32(emitted.y!).set(testSource(7)(6));
    program.f32(emitted.keyMask!).set([0, 0, 0, Number.NEGATIVE_INFINITY]);
    program.forward();
    return program.f32("output").slice();
  };
  t.deepEqual(run(0.5), run(-3));
});

test("a padding mask means what its convention says", (t) => {
  t.deepEqual(keyMask([1, 0], "one-is-valid"), Float32Array.of(0, Number.NEGATIVE_INFINITY));
  t.deepEqual(keyMask([1, 0], "one-is-ignored"), Float32Array.of(Number.NEGATIVE_INFINITY, 0));
  const model = Transformer.create({ ...small, padding: true }, { seed: 4 });
  const x = testSource(6)(2 * 12);
  const plain = model.predict(x);
  const ones = new Array(8).fill(1);
  t.deepEqual(model.predict(x, { keyMask: keyMask(ones, "one-is-valid") }), plain);
  t.deepEqual(model.predict(x, { keyMask: keyMask(new Array(8).fill(0), "one-is-ignored") }), plain);
  // Unpadded data read by the wrong convention: no key is left, and the inputs no longer matter.
  const hidden = keyMask(ones, "one-is-ignored");
  t.notDeepEqual(model.predict(x, { keyMask: hidden }), plain);
  t.true(model.predict(x, { keyMask: hidden }).every(Number.isFinite));
  t.throws(() => Transformer.create(small).predict(x, { keyMask: hidden }), {
    code: "usage",
    message: /without padding/,
  });
});

test("attention weights can be kept: rows sum to 1, and a causal map sees nothing later", (t) => {
  const model = Transformer.create(small, { seed: 4 });
  const { program, emitted } = model.program(
    { batch: 2, inputTokens: 4, outputTokens: 3 },
    { keepAttention: true },
  );
  program.f32(emitted.x).set(testSource(6)(24));
  program.f32(emitted.y!).set(testSource(7)(12));
  program.forward();
  t.is(emitted.attention.length, 6);
  for (const { name, view, B, T, S, H } of emitted.attention) {
    const at = model.engine.allocate(4 * B * H * T * S);
    model.engine.kernels.attentionWeights(at, program.address(view), B, T, S, H);
    const weights = model.engine.f32(at, B * H * T * S);
    for (let row = 0; row < B * H * T; row++) {
      const one = weights.subarray(row * S, (row + 1) * S);
      t.true(Math.abs(one.reduce((a, b) => a + b) - 1) < 1e-6, name);
      if (name.includes("decoder") && name.includes("self"))
        t.true(
          one.slice((row % T) + 1).every((w) => w === 0),
          name,
        );
    }
  }
});

test("a random start vector is no parameter, and is another one when drawn anew", (t) => {
  const model = Transformer.create({ ...small, start: "random" }, { seed: 4 });
  t.false(model.stateDict().has("start"));
  const x = testSource(2)(12);
  const before = model.predict(x);
  t.notDeepEqual(model.predict(x, { start: "test" }), before);
  t.deepEqual(model.predict(x), before, "and the model keeps its own");
});

test("descriptions that make no sense are refused with their value", (t) => {
  const refuse = (change: object, message: RegExp) =>
    t.throws(() => Transformer.create({ ...small, ...change }), {
      instanceOf: PlateauError,
      code: "usage",
      message,
    });
  refuse({ heads: 3 }, /3 heads do not divide d-model 8/);
  refuse({ dModel: 0 }, /dModel is 0/);
  refuse({ dropout: 1 }, /dropout is 1/);
  refuse({ embedding: "none" }, /token width 3 must be d-model 8/);
  refuse({ head: "none" }, /output width 2 must be d-model 8/);
  refuse({ kind: "encoder" }, /one token out per token in, not 3 for 4/);
  refuse({ widht: 3 }, /widht/);
  refuse({ activation: "swish" }, /activation is "swish"/);
});

test("inputs of the wrong length are refused", (t) => {
  const model = Transformer.create(small);
  t.throws(() => model.predict(new Float32Array(13)), { code: "shape-mismatch", message: /13 numbers.*4·3/ });
  t.throws(() => model.predict(new Float32Array(12), { teacher: new Float32Array(5) }), {
    code: "shape-mismatch",
  });
});

test("what no model can be made of is refused", (t) => {
  const usage = (work: () => unknown, message: RegExp, code = "usage") =>
    t.throws(work, { instanceOf: PlateauError, code, message });
  const create = (options: object) => () => Transformer.create(small, options as ModelOptions);
  usage(create({ build: "foo" }), /build is "foo": expected one of strict, relaxed/);
  for (const seed of [-1, 0.5, 2 ** 53, "1"]) usage(create({ seed }), /seed is /);
  usage(create({ sead: 1 }), /sead is no option \(known: seed, build\)/);
  usage(
    () => new Transformer(small as unknown as Architecture<TransformerConfig>),
    /not of an object: a Transformer of options is made by Transformer.create\(options\)/,
  );
  usage(
    () => Transformer.create({ outputDim: 2 } as unknown as TransformerOptions),
    /transformer: inputDim is missing: expected a whole number/,
  );
  usage(() => supports("foo" as Build), /unknown build: "foo" \(known: strict, relaxed\)/, "unknown-name");
});

test("inputs that are no Float32Array are refused", (t) => {
  const model = Transformer.create({ ...small, padding: true });
  const x = testSource(1)(24);
  const usage = (work: () => unknown, message: RegExp) => t.throws(work, { code: "usage", message });
  const wrong = (values: Float32Array) => [...values] as unknown as Float32Array;
  usage(() => model.predict(wrong(x)), /^x is an array: expected a Float32Array/);
  usage(
    () => model.predict(Float64Array.from(x) as unknown as Float32Array),
    /^x is a Float64Array: expected a Float32Array/,
  );
  usage(() => model.predict(x, { teacher: wrong(x.subarray(0, 12)) }), /^teacher is an array/);
  usage(() => model.predict(x, { keyMask: wrong(x.subarray(0, 8)) }), /^keyMask is an array/);
  usage(
    () => model.predict(x, { teachers: x } as object),
    /^predict: teachers is no option \(known: teacher, feedback, keyMask, start, signal\)/,
  );
  usage(() => model.predict(x, null as never), /^the options of predict are null: expected an object/);
  usage(() => model.predict(x, { start: "tset" as "test" }), /^start is "tset": expected one of train, test/);
});

test("a state dict that is none is refused, also of bit patterns", (t) => {
  const model = Transformer.create(small);
  const load = (state: unknown) => () => model.loadStateDict(state as Map<string, StateTensor>);
  t.throws(load({}), { code: "usage", message: /is an object: expected a Map .* or decodeWeights\(/ });
  t.throws(load(undefined), { code: "usage", message: /is undefined: expected a Map/ });
  const halves = new Map(
    [...model.stateDict()].map(([name, { shape, data }]) => [
      name,
      { shape, data: new Uint16Array(data.length) },
    ]),
  );
  t.throws(load(halves), { code: "usage", message: /is a Uint16Array: .* decodeWeights\(/ });
});

test("a model that was disposed of says so, whatever it is asked, and others go on", (t) => {
  const other = Transformer.create(small);
  let model: Model<TransformerConfig>;
  {
    using scoped = Transformer.create(small);
    model = scoped;
    t.is(scoped.predict(new Float32Array(2 * 4 * 3)).length, 2 * 3 * 2);
  }
  const x = new Float32Array(4 * 3);
  for (const call of [
    () => model.predict(x),
    () => model.stateDict(),
    () => model.weights(),
    () => model.moveTo(new Engine()),
  ]) {
    t.throws(call, { instanceOf: PlateauError, code: "usage", message: /disposed/ });
  }
  model.dispose();
  t.is(other.predict(x).length, 3 * 2);
});
