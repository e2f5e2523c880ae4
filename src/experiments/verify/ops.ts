import { PlateauError } from "../../errors.js";
import { Graph } from "../../graph/graph.js";
import { attention, type Normalizer, normalizers } from "../../graph/ops/attention.js";
import { ops } from "../../graph/ops/registry.js";
import { Parameters } from "../../graph/parameters.js";
import { Program } from "../../graph/program.js";
import type { Tensor, View } from "../../graph/tensor.js";
import type { Build } from "../../runtime/compile.js";
import { Engine } from "../../runtime/engine.js";
import { type CaseResult, metadataJson, type ReferenceFile, relativeError } from "./cases.js";

/** What an op's output and gradients are held to, relative to the tensor's largest magnitude. */
export const opLimits = { elementwise: 1e-6, matrix: 3e-6 };
const { elementwise: ELEMENTWISE, matrix: MATRIX } = opLimits;

type Inputs = Record<string, Tensor>;

/** How a reference file's op is put together from ours. Chosen by the longest prefix of its name. */
interface Recipe {
  limit: number;
  apply(graph: Graph, inputs: Inputs, file: ReferenceFile, keep: (value: View) => void): Tensor;
}

const unary = (
  name: "gelu-erf" | "gelu-tanh" | "relu" | "softmax" | "log-softmax" | "sparsemax" | "hardmax",
): Recipe => ({
  limit: ELEMENTWISE,
  apply: (graph, { x }) => graph.apply(ops[name] as typeof ops.relu, name, { x }, {}),
});

const number = (file: ReferenceFile, key: string, otherwise: number): number => {
  const value = metadataJson(file, key) ?? otherwise;
  if (typeof value !== "number")
    throw new PlateauError("format", `${file.source}: metadata ${key} is no number`);
  return value;
};

const recipes: Record<string, Recipe> = {
  "gelu-erf": unary("gelu-erf"),
  "gelu-tanh": unary("gelu-tanh"),
  gelu: unary("gelu-erf"),
  relu: unary("relu"),
  softmax: unary("softmax"),
  "log-softmax": unary("log-softmax"),
  sparsemax: unary("sparsemax"),
  hardmax: unary("hardmax"),
  linear: {
    limit: MATRIX,
    apply: (graph, { x, w, b }) => graph.apply(ops.linear, "linear", { x, w, b }, {}),
  },
  layernorm: {
    limit: ELEMENTWISE,
    apply: (graph, { x, g, b }, file) =>
      graph.apply(ops.layernorm, "layernorm", { x, g, b }, { eps: number(file, "eps", 1e-5) }),
  },
  mse: {
    limit: ELEMENTWISE,
    apply: (graph, { x, y }, _file, onValue) => graph.apply(ops.mse, "mse", { x, y }, { onValue }),
  },
  "cross-entropy": {
    limit: ELEMENTWISE,
    apply: (graph, { x, labels }, file, onValue) =>
      graph.apply(
        ops["cross-entropy"],
        "cross-entropy",
        { x, labels },
        { onValue, ignore: number(file, "ignore", number(file, "ignoreIndex", -100)) },
      ),
  },
  "feature-tokens": {
    limit: MATRIX,
    apply: (graph, { x, w, b }, file) =>
      graph.apply(ops["feature-tokens"], "tokens", { x, w, b }, { widths: widths(file) }),
  },
  attention: { limit: MATRIX, apply: attentionBlock },
};

function widths(file: ReferenceFile): number[] {
  const value = metadataJson(file, "widths");
  if (Array.isArray(value) && value.every((width) => Number.isInteger(width) && width >= 0)) return value;
  throw new PlateauError("format", `${file.source}: metadata widths is no list of whole numbers`);
}

/** `torch.nn.MultiheadAttention` of x to mem (or to itself), from one packed input projection. */
function attentionBlock(graph: Graph, inputs: Inputs, file: ReferenceFile): Tensor {
  const { x, mem = x, w_in, b_in, w_out, b_out } = inputs;
  const D = w_out.shape[1];
  const project = (label: string, input: Tensor, from: number, to: number) =>
    graph.apply(
      ops.linear,
      label,
      { x: input, w: graph.rows(w_in, from, to), b: graph.rows(b_in, from, to) },
      {},
    );
  const q = project("q", x, 0, D);
  const kv = project("kv", mem, D, 3 * D);
  const padding = metadataJson(file, "keyPadding") as number[][] | null | undefined;
  const keyMask = padding ? graph.input("keyMask", [mem.shape[0], mem.shape[1]]) : undefined;
  const named = metadataJsonOrText(file, "normalizer") ?? "softmax";
  if (!normalizers.includes(named as Normalizer)) {
    throw new PlateauError("format", `${file.source}: unknown normalizer ${String(named)}`);
  }
  const context = graph.apply(
    attention,
    "attention",
    { q, kv, keyMask },
    {
      heads: number(file, "heads", 1),
      causal: metadataJson(file, "causal") === true,
      normalizer: named as Normalizer,
    },
  );
  return graph.apply(ops.linear, "out", { x: context, w: w_out, b: b_out }, {});
}

function metadataJsonOrText(file: ReferenceFile, key: string): unknown {
  try {
    return metadataJson(file, key);
  } catch {
    return file.metadata[key];
  }
}

/** Runs an `op.*` reference file through the public ops. */
export function verifyOp(file: ReferenceFile, name: string, build: Build): CaseResult {
  const op = file.metadata["op"] ?? name;
  const key = Object.keys(recipes)
    .filter((known) => op === known || op.startsWith(`${known}-`))
    .sort((a, b) => b.length - a.length)[0];
  if (!key) {
    throw new PlateauError(
      "format",
      `${file.source}: no op ${op} (known: ${Object.keys(recipes).join(", ")})`,
    );
  }
  const { limit, apply } = recipes[key];
  const engine = new Engine({ build });
  const graph = new Graph(new Parameters(), "training");
  const inputs: Inputs = {};
  const labels = new Map<string, Tensor>();
  for (const full of file.names.filter((n) => n.startsWith("in."))) {
    const short = full.slice(3);
    const integer = short === "labels";
    inputs[short] = graph.input(short, file.shape(full), {
      dtype: integer ? "i32" : "f32",
      needsGradient: !integer,
    });
    if (integer) labels.set(short, inputs[short]);
  }
  let value: View | undefined;
  const output = apply(graph, inputs, file, (view) => (value = view));
  const cotangent = file.has("cotangent") ? graph.input("cotangent", output.shape) : undefined;
  graph.keep("out", output);
  if (cotangent) graph.differentiate(output, cotangent);
  const program = new Program(engine, graph, { parameters: 0, gradients: 0 });

  for (const [short, tensor] of Object.entries(inputs)) {
    if (labels.has(short)) program.i32(tensor).set(file.f64(`in.${short}`));
    else program.f32(tensor).set(file.f32(`in.${short}`));
  }
  if (cotangent) program.f32(cotangent).set(file.f32("cotangent"));
  const padding = metadataJson(file, "keyPadding") as number[][] | null | undefined;
  if (padding) {
    const mask = graph.buffers.find((buffer) => buffer.name === "keyMask")!;
    program
      .f32({ buffer: mask, start: 0 })
      .set(padding.flat().map((ignored) => (ignored ? Number.NEGATIVE_INFINITY : 0)));
  }
  program.forward();
  program.backward();

  const errors: Record<string, number> = {
    out: relativeError(value ? program.f64(value) : program.f32("out"), file.f64("out")),
  };
  for (const short of Object.keys(inputs)) {
    if (!cotangent || !file.has(`grad.${short}`)) continue;
    const gradient = graph.gradient(inputs[short]);
    let got: ArrayLike<number> = program.f32(gradient);
    let want: ArrayLike<number> = file.f64(`grad.${short}`);
    if (key === "attention" && short === "b_in") [got, want] = [withoutKeyBias(got), withoutKeyBias(want)];
    errors[`grad.${short}`] = relativeError(got, want);
  }
  const limits = Object.fromEntries(Object.keys(errors).map((tensor) => [tensor, limit]));
  const ok = Object.values(errors).every((error) => error <= limit);
  return { name, kind: "op", ok, errors, limits };
}

/** A bias of queries, keys and values without its middle third, whose exact gradient is 0. */
export function withoutKeyBias(bias: ArrayLike<number>): number[] {
  const all = Array.from(bias);
  const third = all.length / 3;
  return [...all.slice(0, third), ...all.slice(2 * third)];
}
