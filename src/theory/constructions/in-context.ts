import * as v from "valibot";
import { unbounded } from "../../analysis/lipschitz/network-bounds.js";
import { modelFunction } from "../../analysis/model-function.js";
import { PlateauError } from "../../errors.js";
import { inContext, promptSizes } from "../../nn/in-context.js";
import { Model } from "../../nn/model.js";
import type { Target } from "../../targets/target.js";
import { positive } from "../../validate.js";
import type { Construction } from "./construction.js";
import { descend, type Prompt, promptOf } from "./in-context/descent.js";
import { requireSize } from "./task.js";

const options = v.strictObject({
  /** η of every step. Default: by line search on prompts of the training data. */
  eta: v.optional(positive),
});

/** Prompts of the line search. */
const PROMPTS = 512;
const MOST_LAYERS = 1024;

/**
 * Least squares in context: each layer of linear attention is one step of gradient descent on the examples of
 * the prompt (von Oswald et al., arXiv 2212.07677, Proposition 1; the task is that of Garg et al., arXiv
 * 2208.01066). A token holds x and y; a layer adds −(η/k)·Σᵢ yᵢ·(xᵢ·x) to y, which turns yᵢ into the residual
 * yᵢ − w·xᵢ of the next weights w, and the query's y, 0 at first, into −w·q.
 *
 * So that the query is no example, tokens have x twice [ours]: to ask with, and to answer with, where the
 * query has 0. (The paper leaves the query out of keys and values.)
 */
export const incontext: Construction<typeof options> = {
  name: "incontext",
  description:
    "least squares over the examples of a prompt: a linear-attention layer a step of gradient descent",
  sizeName: "layers, one a gradient step",
  options,
  uncertified: unbounded["linear-attention"],

  construct({ target, dim }, size, { eta: given }) {
    requireSize(size, "layers");
    const { features: D, examples: k } = promptShape(target, dim);
    if (size > MOST_LAYERS) {
      throw new PlateauError("memory", `${size} layers: at most ${MOST_LAYERS} are laid out`);
    }
    const prompts = promptsOf(target, D, k);
    const eta = given ?? lineSearch(prompts, size);
    const model = new Model(inContext({ features: D, examples: k, layers: size, initialization: "zero" }));
    const { numbers, tokens, width: W } = promptSizes({ features: D, examples: k });
    const state = model.stateDict();
    const one = (name: string, row: number, column: number, value = 1) => {
      const { shape, data } = state.get(`${name}.weight`)!;
      data[row * shape[1] + column] = value;
    };
    for (let i = 0; i < tokens; i++) {
      for (let a = 0; a < D; a++) {
        one("embed", i * W + a, i * (D + 1) + a);
        if (i < k) one("embed", i * W + D + 1 + a, i * (D + 1) + a);
      }
      if (i < k) one("embed", i * W + D, i * (D + 1) + D);
    }
    for (let layer = 0; layer < size; layer++) {
      const name = `layers.${layer}`;
      for (let a = 0; a < D; a++) {
        one(`${name}.in_proj`, a, a);
        one(`${name}.in_proj`, D + a, D + 1 + a);
      }
      one(`${name}.in_proj`, 2 * D, D);
      one(`${name}.out_proj`, D, 0, -eta / k);
    }
    one("head", 0, k * W + D, -1);
    model.loadStateDict(state, "construction");
    return {
      construction: "incontext",
      size,
      layers: size,
      parameters: model.parameterCount,
      g: modelFunction(model),
      model,
      notes: [
        given === undefined
          ? `step size ${eta.toPrecision(3)} by line search on ${PROMPTS} prompts of the training data, as in von Oswald et al.`
          : `step size ${eta}`,
        "over all prompts there is no small error: examples that hardly span the space take any number of steps",
      ],
      details: {
        features: D,
        examples: k,
        eta,
        numbers,
        rmse: Math.sqrt(squaredError(prompts, eta, size)),
        prompts: PROMPTS,
      },
    };
  },

  ladder: (_task, i) => i + 1,
};

/** @throws PlateauError `usage` where the target is another */
function promptShape({ name }: Target, dim: number): { features: number; examples: number } {
  const [, D, k] = /^in-context-linear\((\d+), (\d+)\)$/.exec(name) ?? [];
  if (D === undefined || dim !== 1) {
    throw new PlateauError(
      "usage",
      `incontext is for the target in-context-linear with one number a token, not for ${name} with ${dim}`,
    );
  }
  return { features: Number(D), examples: Number(k) };
}

/** Prompts of the training data, with the answers that belong to them. */
function promptsOf(target: Target, features: number, examples: number): (Prompt & { answer: number })[] {
  const { x, y } = target.sample("train", { start: 0, count: PROMPTS }, 1, 0);
  const width = x.length / PROMPTS;
  return Array.from({ length: PROMPTS }, (_, i) => ({
    ...promptOf(x.subarray(i * width, (i + 1) * width), features, examples),
    answer: y[i],
  }));
}

function squaredError(prompts: readonly (Prompt & { answer: number })[], eta: number, steps: number): number {
  let sum = 0;
  for (const prompt of prompts) {
    const off = descend(prompt, eta, steps)[steps] - prompt.answer;
    sum += off * off;
  }
  return sum / prompts.length;
}

/** The η of least squared error: the best of a coarse grid, then golden-section search around it. */
function lineSearch(prompts: readonly (Prompt & { answer: number })[], steps: number): number {
  const error = (eta: number) => squaredError(prompts, eta, steps);
  const GRID = 1.25;
  let best = 0.1;
  let least = error(best);
  for (let eta = best * GRID; eta < 64; eta *= GRID) {
    const found = error(eta);
    if (found < least) [best, least] = [eta, found];
  }
  let [low, high] = [best / GRID, best * GRID];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let turn = 0; turn < 30; turn++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (error(a) <= error(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
