/** What a peer is asked to do: one model on one set of data. */
export interface Job {
  readonly kind: "train" | "predict";
  /** A safetensors file: weights by their PyTorch names, `data.x`, `data.y` and `data.order`. */
  readonly file: string;
  /** The same model for inference, where a peer reads models instead of weights. */
  readonly onnx?: string;
  readonly model: ModelSizes;
  /** Rows of a step or of a prediction. */
  readonly batch: number;
  readonly dropout: number;
  readonly lr: number;
}

/** Post-norm encoder-decoder, GELU, sinusoidal positions, learned start vector, linear head; no embedding. */
export interface ModelSizes {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly dModel: number;
  readonly heads: number;
  readonly ff: number;
  /** Of the encoder, and as many of the decoder. */
  readonly layers: number;
}

/**
 * A peer is a process that reads one request a line and answers each by one line: `{"id", "ok"}` or
 * `{"id", "error"}`. It holds as many loaded jobs as it is given, by name.
 */
export type Request =
  | { readonly do: "hello" }
  | { readonly do: "load"; readonly name: string; readonly job: Job }
  /** The first steps, in which the loss is read; or one prediction. */
  | { readonly do: "check"; readonly name: string; readonly steps: number }
  /** Steps, or predictions, for so many seconds, three at least. */
  | { readonly do: "time"; readonly name: string; readonly seconds: number }
  | { readonly do: "drop"; readonly name: string };

export interface Hello {
  readonly version: string;
  /** Backend, threads, instruction set. */
  readonly notes: string;
}

/** Losses before each of the first updates, or the first outputs of a prediction. */
export interface Checked {
  readonly losses?: readonly number[];
  readonly outputs?: readonly number[];
}

/** Milliseconds of each step or prediction. */
export interface Timed {
  readonly ms: readonly number[];
}

/** A loaded job of a peer that is written in JavaScript. */
export interface Work {
  /** One training step or one prediction, done when it returns. */
  step(): unknown;
  check(steps: number): Checked | Promise<Checked>;
  /** How it is timed, where that is not one step after the other. */
  time?(seconds: number): Promise<Timed>;
  drop?(): void;
}
