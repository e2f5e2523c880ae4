import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import { curve, type Domain, type Segment } from "./domain.js";
import type { Embedding, Range } from "./target.js";

/**
 * The image of a box under an embedding that is applied to each of d coordinates by itself: what the
 * data of a target are drawn from, uniform in the draws u [draws,d]. Segments run through one
 * coordinate's whole interval where a coordinate has one draw (coordinates in turn, the others at seeded
 * values; for d = 1 the whole curve, once), and between two seeded u in a straight line where it has more.
 * Their parameter is that of u, so tangents are dx/du.
 */
export function embeddedDomain(draws: readonly Range[], embedding: Embedding, d: number): Domain {
  const latents = draws.length;
  const tokens = embedding.bounds.length;
  const inputs = tokens * d;
  const width = latents * d;
  const bound = (end: "low" | "high") =>
    embedding.bounds.flatMap((range) => new Array<number>(d).fill(range[end]));
  const from = new Float64Array(latents);
  const along = new Float64Array(latents);
  const to = new Float64Array(tokens);

  /** Writes x [tokens,d] of u [draws,d]; with a direction, dx. */
  const embed = (u: Float64Array, x: Float64Array, du?: Float64Array) => {
    for (let c = 0; c < d; c++) {
      for (let l = 0; l < latents; l++) from[l] = u[l * d + c];
      if (du) {
        for (let l = 0; l < latents; l++) along[l] = du[l * d + c];
        embedding.push(from, along, to);
      } else embedding.point(from, to);
      for (let t = 0; t < tokens; t++) x[t * d + c] = to[t];
    }
  };

  const drawn = (stream: string, seed: number, start: number, count: number) => {
    const u = uniform64(streamKey(seed, `domain/${stream}`), start * width, count * width);
    for (let i = 0; i < u.length; i++) {
      const { low, high } = draws[Math.floor(i / d) % latents];
      u[i] = low + u[i] * (high - low);
    }
    return u;
  };

  const straight = (name: string, length: number, start: Float64Array, direction: Float64Array): Segment => {
    const u = new Float64Array(width);
    return curve({
      name,
      length,
      inputs,
      point(t, point, tangent) {
        for (let i = 0; i < width; i++) u[i] = start[i] + t * direction[i];
        embed(u, point);
        embed(u, tangent, direction);
      },
    });
  };

  const through = (u: Float64Array, c: number): Segment => {
    const [{ low, high }] = draws;
    u[c] = low;
    const direction = new Float64Array(width);
    direction[c] = 1;
    const name = d === 1 ? "the data's curve" : `the data's curve, coordinate ${c + 1}`;
    return straight(name, high - low, u, direction);
  };

  const between = (start: Float64Array, end: Float64Array, name: string): Segment => {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (end[i] - start[i]) * (end[i] - start[i]);
    const length = Math.sqrt(squares);
    return straight(
      name,
      length,
      start,
      end.map((value, i) => (value - start[i]) / length),
    );
  };

  return {
    inputs,
    low: bound("low"),
    high: bound("high"),
    sample(seed, start, count) {
      const u = drawn("points", seed, start, count);
      const x = new Float64Array(count * inputs);
      for (let i = 0; i < count; i++) {
        embed(u.subarray(i * width, (i + 1) * width), x.subarray(i * inputs, (i + 1) * inputs));
      }
      return x;
    },
    segments(seed, count) {
      const one = latents === 1;
      const number = one && d === 1 ? 1 : count;
      const u = drawn("segments", seed, 0, one ? number : 2 * number);
      const at = (i: number) => u.slice(i * width, (i + 1) * width);
      return Array.from({ length: number }, (_, i) =>
        one ? through(at(i), i % d) : between(at(2 * i), at(2 * i + 1), `data line ${i + 1}`),
      );
    },
  };
}
