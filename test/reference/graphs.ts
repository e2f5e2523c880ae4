import { Graph, type Mode } from "../../src/graph/graph.js";
import type { Op } from "../../src/graph/op.js";
import { ops } from "../../src/graph/ops/registry.js";
import { Parameters } from "../../src/graph/parameters.js";
import { Program } from "../../src/graph/program.js";
import { size, type Tensor, type View } from "../../src/graph/tensor.js";
import type { Build } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { testSource } from "../kernels/run.js";
import { type Checked, checkProgram, opsOf } from "./check.js";
import { Reach } from "./reach.js";
import { type Maker, steps } from "./steps.js";

/** Batches, lengths and widths of which one in four is drawn: more than a tile of any kernel has, and no multiples. */
const large = { B: [5, 7, 11, 13], T: [6, 7, 9], D: [13, 16, 17, 31, 33] };

export interface GraphOptions {
  /** What is noted of what ops are given. */
  readonly reach?: Reach;
  /** false: ops are reached, and nothing is compared. */
  readonly compares?: boolean;
  readonly build?: Build;
}

/** Of this many graphs one is for inference: outputs alone, whose memory ops may take over from their inputs. */
const INFERENCE = 5;

/**
 * Any graph of ops, as no architecture has it: each of `length` steps takes what earlier ones gave, several of them
 * may take the same, and the loss takes the sum of all that was not taken. In float32 beside float64.
 */
export function checkGraph(
  seed: number,
  length: number,
  { reach = new Reach(), compares = true, build }: GraphOptions = {},
): Checked {
  // Of the low bits of this generator the next ones can be told: numbers are drawn by its high ones.
  const source = testSource(seed * 7919 + 17);
  source(8);
  const below = (n: number) => Math.floor(source(1, 0, n)[0]) % n;
  const mode: Mode = seed % INFERENCE === INFERENCE - 1 ? "inference" : "training";
  const graph = new Graph(new Parameters(), mode);
  const extent = { B: 1 + below(4), T: below(3) ? 1 + below(5) : 1, D: 1 + below(9) };
  // One of them at a time, so that a tape holds it.
  const letter = (["B", "T", "D"] as const)[below(12)];
  if (letter) extent[letter] = large[letter][below(large[letter].length)];
  const { B, T, D } = extent;
  const x = graph.input("x", [B, T, D], { needsGradient: below(4) > 0 });
  const rng = graph.input("rng", [4], { dtype: "u32" });
  const fills: ((program: Program) => void)[] = [];
  const pool: Tensor[] = [x];
  const unused = new Set<Tensor>(pool);
  const parameters: Tensor[] = [];
  let labelled = 0;
  const make: Maker = {
    ...{ graph, B, T, D, rng, below },
    pick() {
      const tensor = pool[below(pool.length)];
      unused.delete(tensor);
      return tensor;
    },
    parameter(shape) {
      const alike = parameters.filter((known) => `${known.shape}` === `${shape}`);
      if (alike.length > 0 && below(3) === 0) return alike[below(alike.length)];
      const common = { role: "weight", module: "linear", fanIn: shape[shape.length - 1] } as const;
      const name = `p${parameters.length}`;
      const tensor = graph.parameter(graph.parameters.declare({ name, shape, ...common }));
      parameters.push(tensor);
      return tensor;
    },
    input(shape, fill) {
      const tensor = graph.input(`input.${labelled++}`, shape);
      fills.push((program) => fill(program, tensor, source));
      return tensor;
    },
    apply: (name, inputs, attributes = {}) =>
      graph.apply(
        ops[name] as unknown as Op<object, object>,
        `${name}.${labelled++}`,
        reach.watch(`${name}.inputs`, inputs),
        reach.watch(`${name}.attributes`, attributes),
      ),
  };
  for (let step = 0; step < length; step++) {
    const made = steps[below(steps.length)](make);
    pool.push(made);
    unused.add(made);
  }
  const [first, ...others] = unused;
  const output = others.reduce((a, b) => make.apply("add", { a, b }), first);
  const { loss, value, inputs } =
    mode === "training" ? addLoss(make, output, fills) : { loss: undefined, value: undefined, inputs: [] };
  graph.keep("output", output);
  const cotangent = graph.input("cotangent", [1]);
  if (loss) graph.differentiate(loss, cotangent);
  if (!compares) return { comparisons: undefined, ops: opsOf(graph) };

  const engine = new Engine({ build });
  const bases = {
    parameters: engine.allocate(4 * graph.parameters.length),
    gradients: engine.allocate(4 * graph.parameters.length),
  };
  const program = new Program(engine, graph, bases);
  for (const { shape, fanIn, offset } of graph.parameters) {
    const bound = 1.5 / Math.sqrt(fanIn);
    engine.f32(bases.parameters + 4 * offset, size(shape)).set(source(size(shape), -bound, bound));
  }
  program.f32(x).set(source(size(x.shape), -1.5, 1.5));
  const scale = [1, 1, 1 / 3, 2 ** -40, 2 ** 40][below(5)];
  program.f32(cotangent)[0] = scale;
  for (const fill of fills) fill(program);
  // Idle where nothing in the graph drops.
  const drops = ({ op, attributes }: { op: string; attributes: unknown }) =>
    op === "dropout" || (op === "attention" && (attributes as { dropout?: object }).dropout);
  if (graph.applied.some(drops)) engine.u32(program.address(rng), 3).set([seed, 99, 7]);
  program.forward();
  if (loss) program.backward();
  const places = { value, scale: Math.fround(scale), output, gradients: bases.gradients, seed };
  return checkProgram(program, { ...places, inputs: [x, ...inputs] });
}

/** Mean squares, or classes of which some are ignored, with what they read. */
function addLoss({ graph, below, apply, B, T, D }: Maker, x: Tensor, fills: ((program: Program) => void)[]) {
  const source = testSource(below(1 << 20));
  let value: View | undefined;
  const onValue = (view: View) => (value = view);
  if (below(2)) {
    const labels = graph.input("labels", [B * T], { dtype: "i32" });
    const ignore = below(2) ? undefined : D;
    fills.push((program) => {
      const drawn = [...source(B * T, -1, D)];
      program.i32(labels).set(drawn.map((v) => (v < -0.5 ? (ignore ?? -100) : Math.max(0, Math.floor(v)))));
    });
    const loss = apply("cross-entropy", { x, labels }, { onValue, ignore });
    return { loss, value: value!, inputs: [] };
  }
  const y = graph.input("y", [B, T, D], { needsGradient: below(2) > 0 });
  fills.push((program) => program.f32(y).set(source(size(y.shape))));
  const loss = apply("mse", { x, y }, { onValue });
  return { loss, value: value!, inputs: [y] };
}
