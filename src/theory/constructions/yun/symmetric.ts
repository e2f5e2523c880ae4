import { PlateauError } from "../../../errors.js";
import type { BatchFunction } from "../../../targets/function.js";
import type { BoxMap } from "./box.js";
import type { YunConfig } from "./grid.js";
import { cornersOf } from "./value.js";

/** Ordered contexts of distinct tokens that are looked at; beyond, a seeded share would be no proof. */
const MOST = 2 ** 22;
/** Sums and products in another order: as much may values of a symmetric function differ. */
const ROUNDING = 2 ** -40;

/**
 * Holds f to what a Transformer without positions computes: if its tokens trade places, so do its outputs
 * (one output stays as it is). Checked by trading neighbours, at the corners of all contexts of distinct tokens.
 * @throws PlateauError `usage` naming a context where it does not hold
 */
export function requireSymmetric(config: YunConfig, box: BoxMap, f: BatchFunction): void {
  const { dim: d, inputTokens: m, outputTokens: n, cells } = config;
  if (n !== 1 && n !== m) {
    throw new PlateauError(
      "usage",
      `${f.name} has ${n} output tokens for ${m} input tokens: without positions give as many, or one; or use positions`,
    );
  }
  const K = cells ** d;
  if (K ** m > MOST) {
    throw new PlateauError(
      "memory",
      `whether the order of tokens matters is not checked for more than ${MOST} contexts, here ${(K ** m).toPrecision(3)}: use positions, or a larger δ`,
    );
  }
  for (const context of distinct(K, m)) {
    for (let j = 0; j + 1 < m; j++) {
      const traded = context.slice();
      [traded[j], traded[j + 1]] = [context[j + 1], context[j]];
      const x = cornersOf(config, box, [context, traded]);
      const y = f.evaluate(x, 2);
      for (let i = 0; i < n * d; i++) {
        const token = Math.floor(i / d);
        const other = n === 1 ? 0 : token === j ? j + 1 : token === j + 1 ? j : token;
        const [one, two] = [y[i], y[n * d + other * d + (i % d)]];
        // Written so that what is not finite is left to be reported as that.
        if (!(Math.abs(one - two) > ROUNDING * Math.max(1, Math.abs(one)))) continue;
        throw new PlateauError(
          "usage",
          `${f.name} depends on the order of its tokens, at (${Array.from(x.subarray(0, m * d)).join(", ")}): without positions a Transformer cannot, so use positions`,
        );
      }
    }
  }
}

/** Every tuple of m distinct whole numbers below K. The array is reused. */
function* distinct(K: number, m: number): Generator<Float64Array> {
  const tuple = new Float64Array(m);
  for (let index = 0; index < K ** m; index++) {
    let rest = index;
    for (let j = 0; j < m; j++) {
      tuple[j] = rest % K;
      rest = Math.floor(rest / K);
    }
    if (new Set(tuple).size === m) yield tuple;
  }
}
