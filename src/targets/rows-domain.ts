import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import { chord, type Domain } from "./domain.js";

/**
 * Where data lie that no formula describes: points are rows drawn with replacement, segments the straight
 * ways between two different rows.
 * @param x [rows, inputs]
 * @throws PlateauError `usage` where all rows are the same point
 */
export function rowsDomain(x: ArrayLike<number>, rows: number): Domain {
  requireArguments("rowsDomain", { x: [x, "numbers"], rows: [rows, "number"] });

  const inputs = x.length / rows;
  const low = new Array<number>(inputs).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(inputs).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < x.length; i++) {
    const k = i % inputs;
    low[k] = Math.min(low[k], x[i]);
    high[k] = Math.max(high[k], x[i]);
  }
  if (low.every((value, k) => value === high[k])) {
    throw new PlateauError("usage", `${rows} rows of data are all one point: there is nothing to look along`);
  }
  const row = (u: number) => Math.min(rows - 1, Math.floor(u * rows));
  const point = (r: number) => Float64Array.from({ length: inputs }, (_, k) => x[r * inputs + k]);
  const same = (a: number, b: number) => low.every((_, k) => x[a * inputs + k] === x[b * inputs + k]);
  return {
    inputs,
    low,
    high,
    sample(seed, start, count) {
      const u = uniform64(streamKey(seed, "domain/points"), start, count);
      const points = new Float64Array(count * inputs);
      for (let i = 0; i < count; i++) points.set(point(row(u[i])), i * inputs);
      return points;
    },
    segments(seed, count) {
      return Array.from({ length: count }, (_, i) => {
        const u = uniform64(streamKey(seed, "domain/segments"), 2 * i, 2);
        const from = row(u[0]);
        // From there on the first row that is another point: there is one.
        let to = row(u[1]);
        while (same(from, to)) to = (to + 1) % rows;
        return chord(`row ${from} to row ${to}`, point(from), point(to));
      });
    },
  };
}
