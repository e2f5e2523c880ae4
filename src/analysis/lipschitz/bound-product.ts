import { type Bounded, bounded, sharpened, up } from "./bounded.js";
import { productSlopes } from "./slope-rules.js";

/** a ⊙ b. ‖d(a ⊙ b)‖ ≤ max|b|·‖da‖ + max|a|·‖db‖, token by token. */
export function boundProduct(a: Bounded, b: Bounded): Bounded {
  return sharpened([a, b], ([one, other]) => product(one, other));
}

function product(a: Bounded, b: Bounded): Bounded {
  const n = a.low.length;
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const most = { a: new Float64Array(a.tokens), b: new Float64Array(a.tokens) };
  for (let i = 0; i < n; i++) {
    const ends = [a.low[i] * b.low[i], a.low[i] * b.high[i], a.high[i] * b.low[i], a.high[i] * b.high[i]];
    low[i] = Math.min(...ends);
    high[i] = Math.max(...ends);
    const slack = 2 ** -52 * Math.max(Math.abs(low[i]), Math.abs(high[i])) + Number.MIN_VALUE;
    low[i] -= slack;
    high[i] += slack;
    const t = Math.floor(i / a.width);
    most.a[t] = Math.max(most.a[t], -a.low[i], a.high[i]);
    most.b[t] = Math.max(most.b[t], -b.low[i], b.high[i]);
  }
  const largest = (values: Float64Array) => values.reduce((x, y) => Math.max(x, y));
  return bounded(
    a.tokens,
    a.width,
    low,
    high,
    {
      token: a.token.map((one, t) => up(most.b[t] * one + most.a[t] * b.token[t])),
      whole: up(largest(most.b) * a.whole + largest(most.a) * b.whole),
    },
    { slopes: productSlopes(a, b) },
  );
}
