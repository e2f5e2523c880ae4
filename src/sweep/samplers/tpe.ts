import * as v from "valibot";
import { type StreamKey, streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { whole } from "../../validate.js";
import type { Parameters } from "../space/parameter.js";
import type { Observation } from "../trial.js";
import type { Sampler, SamplerContext, SamplerDefinition } from "./sampler.js";
import { type Axis, axesOf } from "./tpe/axis.js";
import { History } from "./tpe/history.js";
import { Mixture, type Point } from "./tpe/mixture.js";
import { T } from "./tpe/t.js";
import { badWidths, goodWidths } from "./tpe/widths.js";
export { T };

const schema = v.strictObject({
  /** Trials that must have ended before it learns from them; until then it draws at random. Default 10. */
  startup: v.optional(whole(1), 10),
  /** Draws from the good trials' density, of which the most promising is taken. Default 24. */
  candidates: v.optional(whole(1, 10_000), 24),
});
type Options = v.InferOutput<typeof schema>;

/** The best tenth of the trials are good, but no more than 25 (Bergstra et al. 2013). */
const goodOf = (count: number): number => Math.min(Math.ceil(count * T.gamma), T.maxGood);
/** Draws for each candidate that is wanted, where constraints drop them. */
const PATIENCE = 20;

export const sampler: SamplerDefinition<typeof schema> = {
  name: "tpe",
  description: "tree-structured Parzen estimator: draws where good trials are dense and bad ones are not",
  usesHistory: true,
  schema,
  create: (context) => new TreeParzen(context),
};

class TreeParzen implements Sampler {
  readonly #context: SamplerContext<Options>;
  readonly #axes: readonly Axis[];
  readonly #history: History;
  readonly #key: StreamKey;
  readonly #priorKey: StreamKey;

  constructor(context: SamplerContext<Options>) {
    const { space, seed, direction } = context;
    this.#context = context;
    this.#axes = axesOf(space);
    this.#key = streamKey(seed, "sweep/tpe");
    this.#priorKey = streamKey(seed, "sweep/tpe/prior");
    const kept = streamKey(seed, "sweep/tpe/kept");
    this.#history = new History(direction, T.maxGood, T.maxOthers, T.recent ? (n) => -n : (number) => uniform64(kept, number, 1)[0]);
  }

  observe(trial: Observation): void {
    this.#history.add(trial, this.#point(trial.parameters));
  }

  suggest(number: number, pending: readonly Parameters[]): Parameters {
    const startup = T.startup || this.#context.options.startup;
    if (this.#history.count < startup || this.#axes.length === 0) return this.#fromPrior(number);
    const { good, bad } = this.#history.split(goodOf(this.#history.count));
    for (let i = 0; i < T.liar; i++) bad.push(...pending.map((parameters) => this.#point(parameters)));
    const likely = new Mixture(this.#axes, good, {
      weights: good.map((_, i) => (T.weight === "linear" ? (2 * (good.length - i)) / (good.length + 1) : T.weight === "sqrt" ? 1 / Math.sqrt(i + 1) : 1)),
      priorWeight: T.prior,
      rule: goodWidths,
    });
    const unlikely = new Mixture(this.#axes, bad, {
      weights: bad.map(() => 1),
      priorWeight: T.badPrior,
      rule: badWidths,
    });
    const candidates = this.#candidates(number, likely).map(({ parameters, point }) => ({
      parameters,
      point,
      score: likely.logDensity(point) - unlikely.logDensity(point),
    }));
    // The sort is stable: of equal scores the first drawn is taken.
    candidates.sort((a, b) => b.score - a.score);
    const isNew = ({ point }: { point: Point }) =>
      !good.some((other) => equal(point, other)) && !bad.some((other) => equal(point, other));
    const chosen = candidates.find(isNew) ?? candidates[0];
    return chosen?.parameters ?? this.#fromPrior(number);
  }

  #candidates(number: number, mixture: Mixture): { parameters: Parameters; point: Point }[] {
    const { space, options } = this.#context;
    const wanted = T.candidates || options.candidates;
    const size = this.#axes.length + 1;
    const found: { parameters: Parameters; point: Point }[] = [];
    const u = new Float64Array(space.parameters.length);
    for (let batch = 0; batch < PATIENCE && found.length < wanted; batch++) {
      const uniforms = uniform64(this.#key, batch * wanted * size, wanted * size, number);
      for (let i = 0; i < wanted && found.length < wanted; i++) {
        const drawn = mixture.draw(uniforms.subarray(i * size, (i + 1) * size));
        for (let a = 0; a < this.#axes.length; a++) u[this.#axes[a].index] = drawn[a];
        const parameters = space.decode(u);
        if (space.satisfied(parameters)) found.push({ parameters, point: this.#point(parameters) });
      }
    }
    return found;
  }

  #fromPrior(number: number): Parameters {
    const { space } = this.#context;
    const size = space.parameters.length;
    return space.firstSatisfied((attempt) => uniform64(this.#priorKey, attempt * size, size, number));
  }

  #point(parameters: Parameters): Point {
    const point = new Float64Array(this.#axes.length);
    for (let a = 0; a < point.length; a++) {
      const { name, place } = this.#axes[a];
      point[a] = Object.hasOwn(parameters, name) ? place(parameters[name]) : Number.NaN;
    }
    return point;
  }
}

function equal(a: Point, b: Point): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
