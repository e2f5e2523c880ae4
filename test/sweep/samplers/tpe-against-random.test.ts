import test from "ava";
import { tpe } from "../../../src/sweep/samplers/tpe.js";
import { Space } from "../../../src/sweep/space/space.js";
import { standardFunctions } from "../functions.js";
import { compareWithRandom } from "../regret.js";

for (const f of standardFunctions) {
  test(`${f.name} is what it says it is`, (t) => {
    const space = new Space(f.space);
    const at = space.accept(f.minimizer);
    // The minimizers of Hartmann's functions are given to seven digits.
    t.true(Math.abs(f.value(at) - f.minimum) < 1e-9, `${f.value(at)}`);
    for (let i = 0; i < 2000; i++) {
      const u = space.parameters.map((_, k) => (0.5 + i * Math.sqrt(k + 2)) % 1);
      t.true(f.value(space.decode(u)) >= f.minimum);
    }
  });

  for (const lookahead of [1, 8]) {
    test(`beats random search on ${f.name}: 50 seeds, 100 trials, ${lookahead - 1} pending`, (t) => {
      const { difference, wins } = compareWithRandom(tpe, f, { seeds: 50, trials: 100, lookahead });
      t.true(difference.high < 0, JSON.stringify(difference));
      t.true(wins > 0.5);
    });
  }
}
