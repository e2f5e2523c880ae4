import { PlateauError } from "../../errors.js";
import type { Chart, Domain, Segment } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";

/** Segments that stand for a domain of which nothing else is known. */
const SEGMENTS = 8;

/** Boxes whose images a domain is searched through: its own chart, else its segments, one dimension each. */
export function chartsOf(domain: Domain, seed: number): readonly Chart[] {
  if (domain.chart) return [domain.chart];
  const segments = domain.segments(seed, SEGMENTS);
  if (segments.length === 0) throw new PlateauError("usage", "the domain has neither a chart nor segments");
  return segments.map((segment) => ({
    low: [0],
    high: [segment.length],
    map: alongSegment(segment, domain.inputs),
  }));
}

/** t ↦ the segment's point, as a function of one input. */
function alongSegment(segment: Segment, outputs: number): BatchFunction {
  return {
    name: segment.name,
    inputs: 1,
    outputs,
    evaluate: (t) => segment.at(t as Float64Array<ArrayBuffer>).points,
    vjp(t, cotangent, count) {
      const { tangents } = segment.at(t as Float64Array<ArrayBuffer>);
      const gradients = new Float64Array(count);
      for (let i = 0; i < tangents.length; i++) {
        gradients[Math.floor(i / outputs)] += cotangent[i] * tangents[i];
      }
      return gradients;
    },
  };
}

/** f as a function of a chart's parameters, with its derivative where both have one. */
export function throughChart(f: BatchFunction, { map }: Chart): BatchFunction {
  if (!map) return f;
  const { vjp: fBack } = f;
  const { vjp: mapBack } = map;
  return {
    name: f.name,
    inputs: map.inputs,
    outputs: f.outputs,
    evaluate: (u, count) => f.evaluate(map.evaluate(u, count), count),
    ...(fBack &&
      mapBack && {
        vjp: (u, cotangent, count) =>
          mapBack.call(map, u, fBack.call(f, map.evaluate(u, count), cotangent, count), count),
      }),
  };
}

/** f − g, with its derivative where both have one. */
export function difference(f: BatchFunction, g: BatchFunction): BatchFunction {
  const { vjp: fBack } = f;
  const { vjp: gBack } = g;
  return {
    name: `${f.name} − ${g.name}`,
    inputs: f.inputs,
    outputs: f.outputs,
    evaluate: (x, count) => less(f.evaluate(x, count), g.evaluate(x, count)),
    ...(fBack &&
      gBack && {
        vjp: (x, cotangent, count) =>
          less(fBack.call(f, x, cotangent, count), gBack.call(g, x, cotangent, count)),
      }),
  };
}

/** a − b into a new array: a function may hand out the same one twice. */
function less(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  return out;
}
