import { PlateauError } from "../../../errors.js";
import type { Parameter, Parameters, ParameterValue } from "../../space/parameter.js";
import type { Axis } from "./axis.js";

const MOST_NODES = 20_000;

/** A parameter that applies, after those before it have been given values; or the end, without runs. */
interface Node {
  readonly parameter: number;
  /** Neighbouring values after which the same parameters apply. */
  readonly runs: readonly { readonly from: number; readonly size: number; readonly next: Node }[];
  /** Cells below it. */
  readonly count: number;
}

/**
 * The cells of a grid, ignoring constraints: every combination of values of the parameters that apply,
 * once. In the order of nested loops over the parameters, the last the innermost, where each that applies
 * under conditions follows the last parameter that these name.
 *
 * They are not listed but counted, and found by their number: the parameters are walked through in order,
 * and what came before matters only by which later ones it has ruled out.
 */
export class Cells {
  readonly count: number;
  readonly #parameters: readonly Parameter[];
  readonly #axes: readonly Axis[];
  readonly #root: Node;

  /** @throws PlateauError `usage` where conditions depend on each other in too many ways to be counted */
  constructor(parameters: readonly Parameter[], axes: readonly Axis[]) {
    this.#parameters = parameters;
    this.#axes = axes;
    this.#root = countCells(parameters, axes);
    this.count = this.#root.count;
  }

  /** @param index from 0, below `count` */
  at(index: number): Parameters {
    const chosen = new Array<ParameterValue | undefined>(this.#parameters.length);
    let node = this.#root;
    let left = index;
    while (node.runs.length > 0) {
      for (const { from, size, next } of node.runs) {
        if (left >= size * next.count) {
          left -= size * next.count;
          continue;
        }
        const offset = Math.floor(left / next.count);
        chosen[node.parameter] = this.#axes[node.parameter].at(from + offset);
        left -= offset * next.count;
        node = next;
        break;
      }
    }
    const found: Record<string, ParameterValue> = {};
    for (let i = 0; i < this.#parameters.length; i++) {
      const value = chosen[i];
      if (value !== undefined) found[this.#parameters[i].name] = value;
    }
    return found;
  }
}

function countCells(parameters: readonly Parameter[], axes: readonly Axis[]): Node {
  const askedBy = dependents(parameters);
  const order = depthFirst(parameters, askedBy);
  const runsOf = axes.map((axis, i) => runsAlong(axis, askedBy[i], parameters));
  const nodes = new Map<string, Node>();
  const end: Node = { parameter: -1, runs: [], count: 1 };

  /** @param ruledOut bits of the parameters from place `at` of the order on that do not apply */
  const build = (at: number, ruledOut: bigint): Node => {
    if (at === order.length) return end;
    const i = order[at];
    const later = ruledOut & ~(1n << BigInt(i));
    if (later !== ruledOut) return build(at + 1, later | bits(askedBy[i]));
    const key = `${at} ${ruledOut.toString(36)}`;
    const known = nodes.get(key);
    if (known) return known;
    if (nodes.size >= MOST_NODES) {
      throw new PlateauError(
        "usage",
        "grid: conditions (`when`) of the space combine in too many ways to count its cells: use fewer, or another sampler",
      );
    }
    const runs = runsOf[i].map(({ from, size, failing }) => ({
      from,
      size,
      next: build(at + 1, later | failing),
    }));
    const node = {
      parameter: i,
      runs,
      count: runs.reduce((sum, { size, next }) => sum + size * next.count, 0),
    };
    nodes.set(key, node);
    return node;
  };
  return build(0, 0n);
}

const bits = (indices: readonly number[]) => indices.reduce((all, i) => all | (1n << BigInt(i)), 0n);

/** Of each parameter, those whose `when` names it. */
function dependents(parameters: readonly Parameter[]): number[][] {
  const index = new Map(parameters.map(({ name }, i) => [name, i]));
  const askedBy: number[][] = parameters.map(() => []);
  for (const [i, { when }] of parameters.entries()) {
    for (const name of Object.keys(when ?? {})) askedBy[index.get(name)!].push(i);
  }
  return askedBy;
}

function depthFirst(parameters: readonly Parameter[], askedBy: readonly number[][]): number[] {
  const waitsFor = parameters.map(({ when }) => Object.keys(when ?? {}).length);
  const order: number[] = [];
  const place = (i: number) => {
    order.push(i);
    for (const j of askedBy[i]) if (--waitsFor[j] === 0) place(j);
  };
  for (const [i, { when }] of parameters.entries()) if (Object.keys(when ?? {}).length === 0) place(i);
  return order;
}

/** The values of an axis as runs, with the parameters that do not apply beside those of a run. */
function runsAlong(axis: Axis, askedBy: readonly number[], parameters: readonly Parameter[]) {
  const wanted = askedBy.map((j) => new Set(places(axis, parameters[j])));
  // Runs begin where a value that some condition names does, and after it.
  const starts = new Set([0]);
  for (const set of wanted) for (const place of set) starts.add(place).add(place + 1);
  const sorted = [...starts].filter((start) => start < axis.size).sort((a, b) => a - b);
  return sorted.map((from, k) => ({
    from,
    size: (sorted[k + 1] ?? axis.size) - from,
    failing: bits(askedBy.filter((_, k) => !wanted[k].has(from))),
  }));
}

/** Where on an axis the values are that a parameter's condition names. */
function places(axis: Axis, { when }: Parameter): number[] {
  const values = when![axis.name];
  const list = (Array.isArray(values) ? values : [values]) as readonly ParameterValue[];
  return list.map((value) => axis.indexOf(value)).filter((place) => place >= 0);
}
