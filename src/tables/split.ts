import { PlateauError, quote } from "../errors.js";
import { streamKey } from "../random/keys.js";
import { sharedEngine } from "../runtime/engine.js";
import { type Split, splits } from "../targets/target.js";

/** Shares of a table's rows. */
export type Fractions = Readonly<Record<Split, number>>;

export const defaultFractions: Fractions = { train: 0.7, validation: 0.15, test: 0.15 };

/**
 * Row numbers of the parts, in ascending order. A row's part follows from the seed, the number of rows and
 * the fractions alone: which columns are used, and which rows they lack values in, moves no row from one
 * part to another.
 * @throws PlateauError `usage` where fractions are not above 0 or pass 1 together
 */
export function splitRows(
  rows: number,
  seed: number | bigint,
  fractions: Fractions = defaultFractions,
): Record<Split, Int32Array<ArrayBuffer>> {
  for (const split of splits) {
    if (!(fractions[split] > 0)) {
      throw new PlateauError("usage", `fraction of ${split} is ${quote(fractions[split])}: expected above 0`);
    }
  }
  const { train, validation, test } = fractions;
  const total = train + validation + test;
  if (total > 1 + 1e-9) {
    throw new PlateauError("usage", `fractions ${train} + ${validation} + ${test} pass 1`);
  }
  const order = permutation(rows, seed);
  const ends = [train, train + validation, total].map((share) => Math.min(rows, Math.round(share * rows)));
  const part = (from: number, to: number) => order.slice(from, to).sort();
  return { train: part(0, ends[0]), validation: part(ends[0], ends[1]), test: part(ends[1], ends[2]) };
}

function permutation(rows: number, seed: number | bigint): Int32Array<ArrayBuffer> {
  return sharedEngine().scoped((engine) => {
    const address = engine.allocate(4 * rows);
    const { key0, key1 } = streamKey(seed, "table/split");
    engine.kernels.randomPermutation(address, rows, key0, key1, 0);
    return engine.i32(address, rows).slice();
  });
}
