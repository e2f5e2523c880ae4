import test from "ava";
import { jacobian } from "../../src/analysis/jacobian.js";
import { modelFunction } from "../../src/analysis/model-function.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { Transformer } from "../../src/nn/transformer.js";
import { box } from "../../src/targets/domain.js";
import { pointwise } from "../../src/targets/function.js";

const near = (a: number, b: number, limit = 1e-12) => Math.abs(a - b) <= limit * Math.abs(b);
const square = box([-1, -1], [1, 1]);

test("a linear map: every Jacobian is its matrix", async (t) => {
  // [[3, 0], [4, 5]]: singular values 3√5 and √5.
  const A = [3, 0, 4, 5];
  const model = pointwise({
    name: "linear",
    inputs: 2,
    outputs: 2,
    value: ([x, y]) => [3 * x, 4 * x + 5 * y],
    jacobian: () => A,
  });
  const result = await jacobian.measure({ model, target: model, domain: square }, { samples: 50 });
  const { mean, least, quantiles, most } = result.model.spectral;
  for (const value of [mean.value, mean.low, mean.high, least, most, ...Object.values(quantiles)]) {
    t.true(near(value, 3 * Math.sqrt(5)));
  }
  t.true(near(result.model.frobenius.mean.value, Math.sqrt(50)));
  t.deepEqual([result.model.rank.least, result.model.rank.most], [2, 2]);
  t.true(near(result.model.lower.value, 3 * Math.sqrt(5)));
  t.deepEqual(result.target, result.model);
  t.is(result.upper, null);
  t.regex(result.withoutUpper!, /no network/);
  t.deepEqual(JSON.parse(JSON.stringify(result)), result);
});

test("rank counts singular values above the tolerance; 0 of a constant", async (t) => {
  const of = async (J: number[], rankTolerance?: number) => {
    const model = pointwise({ name: "f", inputs: 2, outputs: 2, value: () => [0, 0], jacobian: () => J });
    return (await jacobian.measure({ model, domain: square }, { samples: 4, rankTolerance })).model.rank.most;
  };
  t.is(await of([1, 2, 2, 4]), 1);
  t.is(await of([1, 0, 0, 1e-3]), 2);
  t.is(await of([1, 0, 0, 1e-5]), 1);
  t.is(await of([1, 0, 0, 1e-5], 1e-6), 2);
  t.is(await of([0, 0, 0, 0]), 0);
});

test("norms of f = x² on [0, 1]: mean 1, quantiles 2p, Lipschitz constant 2", async (t) => {
  const model = pointwise({ name: "x²", inputs: 1, value: ([x]) => x * x, jacobian: ([x]) => 2 * x });
  const result = await jacobian.measure({ model, domain: box([0], [1]) }, { samples: 4000, seed: 2 });
  const { spectral, lower } = result.model;
  t.true(spectral.mean.low < 1 && 1 < spectral.mean.high && spectral.mean.high - spectral.mean.low < 0.05);
  for (const [percent, value] of Object.entries(spectral.quantiles)) {
    // Standard error of a quantile of U(0, 2) from 4000 draws: at most 2·0.5/√4000 = 0.016.
    t.true(Math.abs(value - Number(percent) / 50) < 0.06);
  }
  t.is(lower.value, 2);
  t.deepEqual(lower.at, [1]);
});

test("a network: the bounds enclose, over the domain or a box of one's own", async (t) => {
  const network = Transformer.create(
    {
      kind: "encoder",
      inputDim: 1,
      outputDim: 1,
      inputTokens: 2,
      outputTokens: 2,
      dModel: 8,
      heads: 2,
      ff: 8,
      encoderLayers: 1,
    },
    { seed: 3 },
  );
  const model = modelFunction(network);
  const wide = await jacobian.measure({ model, network, domain: square }, { samples: 60, rounds: 8 });
  t.true(wide.model.spectral.most <= wide.model.lower.value && wide.model.lower.value <= wide.upper!);
  t.false("withoutUpper" in wide);
  const low = [0.1, 0.1];
  const high = [0.101, 0.101];
  const options = { samples: 60, rounds: 8, box: { low, high } };
  const narrow = await jacobian.measure({ model, network, domain: square }, options);
  t.deepEqual([narrow.low, narrow.high], [low, high]);
  t.true(narrow.model.lower.value <= narrow.upper! && narrow.upper! < wide.upper!);
  t.deepEqual(await jacobian.measure({ model, network, domain: square }, options), narrow);
  t.regex(
    jacobian.describe(narrow),
    /^At 60 points the model stretches its steepest direction by [\d.]+ on average.*certainly at most/,
  );
});

test("no upper bound for what is not the network, or was not asked for", async (t) => {
  const network = new Model(mlp({ inputDim: 2, outputDim: 1 }));
  const inner = modelFunction(network);
  const scaled = {
    ...inner,
    evaluate: (x: Float64Array, count: number) => inner.evaluate(x, count).map((y) => 2 * y),
  };
  const options = { samples: 10, rounds: 1 };
  const other = await jacobian.measure({ model: scaled, network, domain: square }, options);
  t.is(other.upper, null);
  t.regex(other.withoutUpper!, /not the network alone/);
  const left = await jacobian.measure(
    { model: inner, network, domain: square },
    { ...options, upper: false },
  );
  t.is(left.upper, null);
  t.regex(left.withoutUpper!, /not asked for/);
});

test("what makes no sense is refused, and a signal stops it", async (t) => {
  const model = pointwise({ name: "opaque", inputs: 2, value: ([x]) => x });
  await t.throwsAsync(jacobian.measure({ model, domain: square }), {
    code: "usage",
    message: /opaque is not known/,
  });
  const known = pointwise({ name: "known", inputs: 2, value: ([x]) => x, jacobian: () => [1, 0] });
  await t.throwsAsync(jacobian.measure({ model: known, domain: box([0], [1]) }), {
    code: "usage",
    message: /points of 1 numbers for known, which takes 2/,
  });
  await t.throwsAsync(jacobian.measure({ model: known, domain: square }, { starts: 0 }), {
    code: "usage",
    message: /starts is 0/,
  });
  const signal = AbortSignal.abort();
  await t.throwsAsync(jacobian.measure({ model: known, domain: square }, { signal }), { code: "aborted" });
  const shares: number[] = [];
  await jacobian.measure(
    { model: known, domain: square },
    { samples: 2000, rounds: 3, onProgress: (s) => shares.push(s) },
  );
  t.true(shares.length > 3 && shares.every((s, i) => i === 0 || s >= shares[i - 1]));
  t.is(shares[shares.length - 1], 1);
});
