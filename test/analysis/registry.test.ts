import test from "ava";
import { analyze, analyzeSubject } from "../../src/analysis/analyze.js";
import type { ErrorNorms } from "../../src/analysis/error-norms.js";
import type { Subject } from "../../src/analysis/measure.js";
import { modelFunction } from "../../src/analysis/model-function.js";
import { findMeasure, measures } from "../../src/analysis/registry.js";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { box } from "../../src/targets/domain.js";
import { pointwise } from "../../src/targets/function.js";
import { findTarget } from "../../src/targets/registry.js";

const network = Transformer.create(
  {
    inputDim: 1,
    outputDim: 1,
    inputTokens: 2,
    outputTokens: 1,
    dModel: 8,
    heads: 2,
    ff: 8,
    encoderLayers: 1,
    decoderLayers: 1,
  },
  { seed: 3 },
);
const product = findTarget("product");

/** All that a subject can have. */
const whole: Subject = {
  model: modelFunction(network),
  target: product.asFunction(),
  domain: product.domainOf(),
  tokens: { inputs: 2, outputs: 1 },
  network,
};
/** All that a subject must have. */
const bare: Subject = {
  model: pointwise({ name: "bare", inputs: 2, value: ([x, y]) => x * y }),
  domain: box([0, 0], [1, 1]),
};

for (const measure of measures.values()) {
  const options = { samples: 64, seed: 5 };

  test(`${measure.name}: the same plain JSON each time, a sentence, progress to its end`, async (t) => {
    const shares: number[] = [];
    const onProgress = (share: number) => void shares.push(share);
    const result = await measure.measure(whole, { ...options, onProgress });
    t.deepEqual(JSON.parse(JSON.stringify(result)), result, "JSON keeps it: no NaN, no typed arrays");
    t.deepEqual(await measure.measure(whole, options), result);
    const line = measure.describe(result);
    t.regex(line, /\d/, line);
    t.notRegex(line, /NaN|undefined|null|Infinity/, line);
    const back = shares.findIndex((share, i) => share < shares[i - 1] - 1e-12);
    t.is(back, -1, `progress goes from ${shares[back - 1]} back to ${shares[back]}`);
    t.is(shares.at(-1), 1);
    t.is(findMeasure(measure.name), measure);
    t.true(measure.description.length > 10);
  });

  test(`${measure.name}: an abort stops it, and what it lacks is named`, async (t) => {
    const controller = new AbortController();
    controller.abort();
    await t.throwsAsync(measure.measure(whole, { ...options, signal: controller.signal }), {
      instanceOf: PlateauError,
      code: "aborted",
    });
    if (measure.needs.length === 0) {
      await t.notThrowsAsync(measure.measure(bare, options));
      return;
    }
    await t.throwsAsync(measure.measure(bare, options), { instanceOf: PlateauError, code: "usage" });
    const { measures: taken } = await analyzeSubject(bare, { measures: [measure.name] });
    t.true("skipped" in taken[measure.name]);
  });
}

test("an unknown measure is refused", (t) => {
  t.throws(() => findMeasure("erors"), { instanceOf: PlateauError, message: /unknown measure: "erors"/ });
});

test("two measures of one name are refused", async (t) => {
  const own = { ...findMeasure("errors"), description: "another" };
  const error = await t.throwsAsync(analyze(network, "product", { measures: ["errors", own] }), {
    instanceOf: PlateauError,
  });
  t.is(error.code, "usage");
  t.regex(error.message, /^analyze: two measures are named "errors"/);
});

test("analyze takes models, targets and callbacks, and keeps what is done when it is stopped", async (t) => {
  const controller = new AbortController();
  const done: string[] = [];
  const options = { measures: ["failureRate", "plateaus", "jacobian"], samples: 64 };
  const stopped = analyze(network, "product", {
    ...options,
    signal: controller.signal,
    onMeasure(name) {
      done.push(name);
      if (name === "plateaus") controller.abort();
    },
  });
  await t.throwsAsync(stopped, { instanceOf: PlateauError, code: "aborted" });
  t.deepEqual(done, ["failureRate", "plateaus"], "what was done was told");
  const analysis = await analyze(network, "product", options);
  t.deepEqual(Object.keys(analysis.measures), options.measures);
  t.is(analysis.target, "product(2)");

  const callbacks = await analyze(
    { name: "twice", inputs: 1, value: (x: Float64Array) => 2 * x[0], jacobian: () => 2 },
    { name: "thrice", inputs: 1, value: (x: Float64Array) => 3 * x[0], jacobian: () => 3 },
    { domain: box([0], [1]), measures: ["errors"], samples: 1000 },
  );
  const { errors } = callbacks.measures as unknown as { errors: { result: ErrorNorms } };
  // |x| over [0, 1].
  t.is(errors.result.sup!.value, 1);
  t.true(Math.abs(errors.result.mae!.value - 0.5) < 0.05);
  await t.throwsAsync(analyze(network, undefined, {}), { code: "usage", message: /domain/ });
  await t.throwsAsync(analyze(network, "product", { measures: ["erors"] }), { code: "unknown-name" });
});
