import type { Pieces } from "../../graph/ops/piecewise.js";
import { type Bounded, bounded, sharpened, up } from "./bounded.js";
import { scaledSlopes } from "./slope-rules.js";

/**
 * A function of three linear pieces: exact where a number stays on one of them, so that a quantiser is known to
 * be constant inside of a cell; where it may cross a break, the values of all pieces, and no Lipschitz constant.
 */
export function boundPieces(z: Bounded, pieces: Pieces): Bounded {
  return sharpened([z], ([one]) => piecewise(one, pieces));
}

function piecewise(z: Bounded, { breaks, slopes, shifts }: Pieces): Bounded {
  const n = z.low.length;
  const [low, high, slope] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const steep = new Float64Array(z.tokens);
  const pieceOf = (x: number) => (x < breaks[0] ? 0 : x < breaks[1] ? 1 : 2);
  for (let i = 0; i < n; i++) {
    const [x0, x1] = [z.low[i], z.high[i]];
    const [first, last] = [pieceOf(x0), pieceOf(x1)];
    low[i] = Number.POSITIVE_INFINITY;
    high[i] = Number.NEGATIVE_INFINITY;
    for (let piece = first; piece <= last; piece++) {
      for (const x of [piece === first ? x0 : breaks[piece - 1], piece === last ? x1 : breaks[piece]]) {
        // A flat piece takes numbers of any size.
        const value = slopes[piece] === 0 ? shifts[piece] : slopes[piece] * x + shifts[piece];
        // What float64 rounds off in a product and a sum.
        const slack = slopes[piece] === 0 ? 0 : 2 ** -51 * (Math.abs(slopes[piece] * x) + Math.abs(value));
        low[i] = Math.min(low[i], value - slack);
        high[i] = Math.max(high[i], value + slack);
      }
    }
    slope[i] = first === last ? slopes[first] : Number.POSITIVE_INFINITY;
    const t = Math.floor(i / z.width);
    steep[t] = Math.max(steep[t], Math.abs(slope[i]));
  }
  const steepest = steep.reduce((a, b) => Math.max(a, b), 0);
  // A jump of what does not change is none.
  const times = (a: number, b: number) => (b === 0 ? 0 : up(a * b));
  return bounded(
    z.tokens,
    z.width,
    low,
    high,
    { token: z.token.map((one, t) => times(steep[t], one)), whole: times(steepest, z.whole) },
    { slopes: Number.isFinite(steepest) ? scaledSlopes(z, slope, slope) : undefined },
  );
}
