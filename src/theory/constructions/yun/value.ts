import { PlateauError } from "../../../errors.js";
import type { BatchFunction } from "../../../targets/function.js";
import { requireFinite } from "../task.js";
import type { BoxMap } from "./box.js";
import { contextNumbers } from "./contextual.js";
import { contextsOf, numbersOf, type YunConfig } from "./grid.js";
import type { TokenLayer } from "./layers.js";
import { widthOf } from "./quantise.js";

/** Contexts whose values are asked for at a time. */
const BLOCK = 4096;

/** Stage 3: a layer for every number that a token of a context can have, which adds the wanted output. */
export interface ValueMapping {
  /** The numbers, ascending: that of layer i at i. */
  readonly numbers: Float64Array;
  /** The outputs [layers, d] that they stand for. */
  readonly outputs: Float64Array;
  /** One of its layers. */
  layer(i: number): TokenLayer;
  /** Which layer a token of that number meets; −1: none. */
  find(number: number): number;
  /**
   * All layers one behind the other, on Z [tokens, width] in place. At most one of them changes a token, as
   * they look at numbers that none of them changes; so the one is looked up.
   */
  apply(z: Float64Array): void;
}

/**
 * f at the corners of all cells, by the numbers of their tokens.
 * @throws PlateauError `usage` where f is not finite at a corner
 */
export function valueMapping(config: YunConfig, box: BoxMap, f: BatchFunction): ValueMapping {
  const { dim: d, inputTokens: m, outputTokens: n, positions } = config;
  const layers = contextsOf(config) * m;
  const ids = new Float64Array(layers);
  const values = new Float64Array(layers * d);
  const l = new Float64Array(m);
  let filled = 0;
  for (const cells of blocks(contexts(config), BLOCK)) {
    const corners = cornersOf(config, box, cells);
    const y = f.evaluate(corners, cells.length);
    requireFinite(f.name, corners, y, m * d);
    for (const [r, context] of cells.entries()) {
      numbersBefore(config, context, l);
      contextNumbers(config, l);
      for (let j = 0; j < m; j++, filled++) {
        ids[filled] = l[j];
        // Without positions every token carries the one output of a symmetric function.
        const from = n === 1 && !positions ? 0 : j;
        if (from < n) values.set(y.subarray((r * n + from) * d, (r * n + from + 1) * d), filled * d);
      }
    }
  }
  return sorted(config, ids, values);
}

function sorted(config: YunConfig, ids: Float64Array, values: Float64Array): ValueMapping {
  const { dim: d } = config;
  const width = widthOf(d);
  const { u } = numbersOf(config);
  const order = Uint32Array.from(ids.keys()).sort((a, b) => ids[a] - ids[b] || a - b);
  const numbers = Float64Array.from(order, (row) => ids[row]);
  const twice = numbers.findIndex((number, i) => i > 0 && number === numbers[i - 1]);
  if (twice >= 0) {
    throw new PlateauError(
      "usage",
      `global ${config.global}: two tokens get the number ${numbers[twice]}; leave it out for that of the proof`,
    );
  }
  const outputs = new Float64Array(values.length);
  for (let i = 0; i < order.length; i++) {
    outputs.set(values.subarray(order[i] * d, (order[i] + 1) * d), i * d);
  }
  const find = (number: number) => {
    const found = nearestAbove(numbers, number - 0.5);
    return found < numbers.length && number - numbers[found] >= -0.5 ? found : -1;
  };
  return {
    numbers,
    outputs,
    find,
    layer: (i) => valueLayer(config, numbers[i], outputs.subarray(i * d, (i + 1) * d)),
    apply(z) {
      for (let t = 0; t < z.length; t += width) {
        let number = 0;
        for (let i = 0; i < d; i++) number += u[i] * z[t + i];
        const found = find(number);
        if (found < 0) continue;
        for (let i = 0; i < d; i++) z[t + d + i] += outputs[found * d + i];
      }
    },
  };
}

/** Adds `output` [d] to the tokens of a number: those within ½ of it, as all numbers are whole. */
export function valueLayer(config: YunConfig, number: number, output: ArrayLike<number>): TokenLayer {
  const { dim: d } = config;
  const width = widthOf(d);
  const into = new Float64Array(width);
  into.set(numbersOf(config).u);
  const out = new Float64Array(width);
  out.set(output, d);
  const activation = { breaks: [-0.5, 0.5], slopes: [0, 0, 0], shifts: [0, 1, 0] } as const;
  return { kind: "token", hidden: 1, into, bias: Float64Array.of(-number), activation, out };
}

/** The first of ascending numbers that is above a bound. */
function nearestAbove(numbers: Float64Array, bound: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Every context as cells, l-values token by token without their positions: with positions all tuples,
 * without them the ascending ones of distinct tokens. The array is reused.
 */
export function* contexts({
  dim: d,
  inputTokens: m,
  cells: n,
  positions,
}: YunConfig): Generator<Float64Array> {
  const K = n ** d;
  const l = Float64Array.from({ length: m }, (_, j) => (positions ? 0 : j));
  if (!positions && m > K) return;
  for (;;) {
    yield l;
    let j = m - 1;
    const most = (at: number) => (positions ? K - 1 : K - m + at);
    while (j >= 0 && l[j] === most(j)) j--;
    if (j < 0) return;
    l[j]++;
    for (let k = j + 1; k < m; k++) l[k] = positions ? 0 : l[k - 1] + 1;
  }
}

function* blocks(all: Iterable<Float64Array>, size: number): Generator<Float64Array[]> {
  let block: Float64Array[] = [];
  for (const one of all) {
    block.push(one.slice());
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/** l of every token as stage 2 finds it: with what positions add. */
export function numbersBefore(config: YunConfig, cells: Float64Array, l: Float64Array): void {
  const { u, stride } = numbersOf(config);
  const step = stride * u.reduce((a, b) => a + b, 0);
  for (let j = 0; j < cells.length; j++) l[j] = cells[j] + j * step;
}

/** Corners [count, m·d] of contexts of cells, in the target's own coordinates. */
export function cornersOf(
  { dim: d, cells: n }: YunConfig,
  box: BoxMap,
  contexts: readonly Float64Array[],
): Float64Array<ArrayBuffer> {
  const width = box.weight.length;
  const x = new Float64Array(contexts.length * width);
  for (const [r, context] of contexts.entries()) {
    for (let i = 0; i < width; i++) {
      const cell = Math.floor(context[Math.floor(i / d)] / n ** (i % d)) % n;
      x[r * width + i] = box.corner(i, cell);
    }
  }
  return x;
}
