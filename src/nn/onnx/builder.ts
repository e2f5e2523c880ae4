import { PlateauError } from "../../errors.js";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "../../formats/onnx/model.js";
import type { Shape, Tensor } from "../../graph/tensor.js";

/** A tensor that is no op's output: an input of the file, or numbers to store in it. */
export type Leaf =
  | { readonly input: string; readonly shape: Shape }
  | { readonly constant: string; readonly tensor: OnnxTensor };

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Nodes and constants of an ONNX graph while it is built. Values are known by name. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxTensor>();
  /** Whether sequences may have any length: shapes are then asked for while the file runs. */
  readonly dynamicLength: boolean;
  readonly #leaf: (tensor: Tensor) => Leaf;
  readonly #values = new Map<string, string>();
  #label = "";
  #count = 0;

  constructor(dynamicLength: boolean, leaf: (tensor: Tensor) => Leaf) {
    this.dynamicLength = dynamicLength;
    this.#leaf = leaf;
  }

  /** Names the nodes that follow. */
  begin(label: string): void {
    this.#label = label;
    this.#count = 0;
  }

  /** Tells which value is an op's output. */
  define(tensor: Tensor, value: string): void {
    this.#values.set(keyOf(tensor), value);
    this.#values.set(String(tensor.id), value);
  }

  /** The value of a tensor, reshaped where the graph reads it under another shape. */
  value(tensor: Tensor): string {
    const key = keyOf(tensor);
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const other = this.#values.get(String(tensor.id));
    const made = other === undefined ? this.#fromLeaf(tensor) : this.#reshaped(other, tensor);
    this.#values.set(key, made);
    return made;
  }

  /** An operator of one output. */
  node(type: string, inputs: readonly string[], attributes?: Attributes): string {
    return this.node2(type, inputs, 1, attributes)[0];
  }

  /** An operator of several outputs. */
  node2(type: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[] {
    const name = `${this.#label}/${type}${this.#count++ === 0 ? "" : `.${this.#count}`}`;
    const names = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? name : `${name}:${i}`));
    this.nodes.push({ type, name, inputs, outputs: names, attributes });
    return names;
  }

  scalar(value: number): string {
    return this.constant(`float ${value}`, { dtype: "F32", shape: [], data: Float32Array.of(value) });
  }

  /** A list of whole numbers: axes, shapes, sizes. */
  ints(...values: number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`ints ${values.join(",")}`, { dtype: "I64", shape: [values.length], data });
  }

  constant(name: string, tensor: OnnxTensor): string {
    this.constants.set(name, tensor);
    return name;
  }

  /** Extent of a value along an axis, as a list of one. */
  extent(value: string, axis: number): string {
    return this.node("Gather", [this.node("Shape", [value]), this.ints(axis)], { axis: { int: 0 } });
  }

  /** What a reader of all tokens at once cannot have. @throws PlateauError `usage` */
  needsFixedLength(what: string): void {
    if (!this.dynamicLength) return;
    throw new PlateauError(
      "usage",
      `dynamicLength: ${what} takes one number of tokens only: leave dynamicLength out`,
    );
  }

  #fromLeaf(tensor: Tensor): string {
    const leaf = this.#leaf(tensor);
    if ("constant" in leaf) return this.constant(leaf.constant, leaf.tensor);
    return String(leaf.shape) === String(tensor.shape) ? leaf.input : this.#reshaped(leaf.input, tensor);
  }

  #reshaped(value: string, { shape, name }: Tensor): string {
    this.needsFixedLength(`the model reads ${name} in another shape, which`);
    return this.node("Reshape", [value, this.ints(-1, ...shape.slice(1))]);
  }
}

function keyOf({ id, shape }: Tensor): string {
  return `${id}:${shape.join(",")}`;
}
