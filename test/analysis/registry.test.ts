import test from "ava";
import { findMeasure, measures } from "../../src/analysis/registry.js";
import { PlateauError } from "../../src/errors.js";
import { testSource } from "../kernels/run.js";

for (const measure of measures.values()) {
  test(`${measure.name}: a result that JSON keeps, from arguments that stay as they were`, async (t) => {
    const truth = testSource(1)(60);
    const predicted = testSource(2)(60);
    const before = [truth.slice(), predicted.slice()];
    const result = await measure.measure({
      predicted,
      truth,
      outputs: 3,
      dim: 2,
      centroids: { mode: "diagonal", low: -1, high: 1 },
    });
    t.deepEqual(JSON.parse(JSON.stringify(result)), result);
    t.true((result as { samples: number }).samples > 0);
    t.deepEqual([truth, predicted], before);
    t.is(findMeasure(measure.name), measure);
    t.true(measure.description.length > 10);
  });
}

test("an unknown measure is refused", (t) => {
  t.throws(() => findMeasure("erors"), { instanceOf: PlateauError, message: /unknown measure: "erors"/ });
});
