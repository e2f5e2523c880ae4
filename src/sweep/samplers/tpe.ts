import * as v from "valibot";
import { type StreamKey, streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { type Engine, sharedEngine } from "../../runtime/engine.js";
import { whole } from "../../validate.js";
import type { Parameters } from "../space/parameter.js";
import type { Observation } from "../trial.js";
import type { Sampler, SamplerContext, SamplerDefinition } from "./sampler.js";
import { type Axis, axesOf } from "./tpe/axis.js";
import { History } from "./tpe/history.js";
import { Mixture, type MixtureOptions } from "./tpe/mixture.js";
import { Pending } from "./tpe/pending.js";
import { Point } from "./tpe/point.js";
import { badWidth, goodWidth } from "./tpe/widths.js";

const schema = v.strictObject({
  /** Trials that must have ended before it learns from them; until then it draws at random. Default 10. */
  startup: v.optional(whole(1), 10),
  /** Draws from the good trials' density, of which the most promising is taken. Default 24. */
  candidates: v.optional(whole(1, 10_000), 24),
});
type Options = v.InferOutput<typeof schema>;

/** The best tenth of the trials are good, up to 25 of them: Optuna's rule, with Hyperopt's limit. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** Of all others so many are kept: what a suggestion costs stops growing there. */
const MOST_OTHERS = 300;
/** And so many, evenly spread, of those that are pending. */
const MOST_PENDING = 300;
/** What the prior counts for among good trials: half an average one; among bad ones, as one of them. */
const GOOD_PRIOR = 0.5;
const BAD_PRIOR = 1;
/** Draws for each candidate that is wanted, where constraints drop them. */
const PATIENCE = 20;

export const tpe: SamplerDefinition<typeof schema> = {
  name: "tpe",
  description: "tree-structured Parzen estimator: draws where good trials are dense and bad ones are not",
  usesHistory: true,
  schema,
  create: (context) => new TreeParzen(context),
};

interface Candidate {
  readonly parameters: Parameters;
  readonly point: Point;
}

/**
 * Bergstra, Bardenet, Bengio, Kégl (2011), multivariate as in Falkner, Klein, Hutter (2018): the ended trials
 * are split into good and bad ones, each a Parzen estimator over all parameters together; of candidates
 * drawn from the good one, that is taken whose density there is largest over that of the bad one. Better
 * trials weigh more among the good, here by rank (Watanabe 2023 compares such weights). Trials that
 * are pending count as bad ones (a constant liar), so that the next ones keep away from them.
 *
 * Each call depends on its number, what has been observed, and what is pending alone: its random numbers are
 * those of the number, and what is kept of the history does not depend on when it came.
 */
class TreeParzen implements Sampler {
  readonly #context: SamplerContext<Options>;
  readonly #axes: readonly Axis[];
  readonly #history: History;
  readonly #key: StreamKey;
  readonly #randomKey: StreamKey;
  readonly #pending = new Pending((parameters) => this.#point(parameters));
  /** Those of the last suggestion: mostly the next one's are of the same trials. */
  #good: Mixture | undefined;
  #bad: Mixture | undefined;

  constructor(context: SamplerContext<Options>) {
    const { space, seed, direction } = context;
    this.#context = context;
    this.#axes = axesOf(space);
    this.#key = streamKey(seed, "sweep/tpe");
    this.#randomKey = streamKey(seed, "sweep/tpe/random");
    const kept = streamKey(seed, "sweep/tpe/kept");
    this.#history = new History({
      direction,
      mostBest: MOST_GOOD,
      mostOthers: MOST_OTHERS,
      priority: (number) => uniform64(kept, number, 1)[0],
    });
  }

  observe(trial: Observation): void {
    this.#history.add(trial, this.#point(trial.parameters));
  }

  suggest(number: number, pending: readonly Parameters[]): Parameters {
    const { space, options } = this.#context;
    const { count } = this.#history;
    if (count < options.startup || this.#axes.length === 0) {
      return space.firstSatisfied((attempt) => this.#random(number, attempt));
    }
    return sharedEngine().scoped((engine) => this.#promising(engine, number, pending));
  }

  #promising(engine: Engine, number: number, pending: readonly Parameters[]): Parameters {
    const { space } = this.#context;
    const { count } = this.#history;
    const { good, bad } = this.#history.split(Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * count)));
    const first = number - pending.length;
    const running = this.#pending.points(pending, first);
    // By their numbers, so that mostly the next trial goes by the same ones.
    const stride = Math.ceil(running.length / MOST_PENDING);
    for (let i = (stride - (first % stride)) % stride; i < running.length; i += stride) bad.push(running[i]);
    const goodDensity = (this.#good = this.#mixture(good, this.#good, () => ({
      // From the best down in equal steps, 1 on average.
      weights: good.map((_, rank) => (2 * (good.length - rank)) / (good.length + 1)),
      priorWeight: GOOD_PRIOR,
      width: goodWidth,
    })));
    const badDensity = (this.#bad = this.#mixture(bad, this.#bad, () => ({
      weights: bad.map(() => 1),
      priorWeight: BAD_PRIOR,
      width: badWidth,
    })));
    goodDensity.settle(engine);
    badDensity.settle(engine);
    const isNew = ({ point }: Candidate) =>
      ![good, bad, running].some((points) => points.some((one) => one.equals(point)));
    const candidates = this.#candidates(number, goodDensity)
      .map(({ parameters, point }) => {
        const promise = goodDensity.logDensity(point) - badDensity.logDensity(point);
        return { parameters, point, promise };
      })
      // Stable: of equal ones the first that was drawn comes first.
      .sort((a, b) => b.promise - a.promise);
    const chosen = candidates.find(isNew) ?? this.#randomCandidates(number).find(isNew) ?? candidates[0];
    return chosen?.parameters ?? space.firstSatisfied((attempt) => this.#random(number, attempt));
  }

  #mixture(points: readonly Point[], last: Mixture | undefined, options: () => MixtureOptions): Mixture {
    const isSame = last?.points.length === points.length && last.points.every((one, k) => one === points[k]);
    return isSame ? last : new Mixture(this.#axes, points, options());
  }

  /** Draws from a mixture that satisfy the constraints: fewer than wanted, or none, where few do. */
  #candidates(number: number, mixture: Mixture): Candidate[] {
    const wanted = this.#context.options.candidates;
    const size = this.#axes.length + 1;
    const found: Candidate[] = [];
    const u = new Float64Array(this.#context.space.parameters.length);
    for (let batch = 0; batch < PATIENCE && found.length < wanted; batch++) {
      const uniforms = uniform64(this.#key, batch * wanted * size, wanted * size, number);
      for (let i = 0; i < wanted && found.length < wanted; i++) {
        const drawn = mixture.draw(uniforms.subarray(i * size, (i + 1) * size));
        for (let a = 0; a < drawn.length; a++) u[this.#axes[a].index] = drawn[a];
        found.push(...this.#allowed(u));
      }
    }
    return found;
  }

  /** As many from the space itself: where all that the good trials suggest has been tried. */
  #randomCandidates(number: number): Candidate[] {
    const attempts = Array.from({ length: this.#context.options.candidates }, (_, attempt) => attempt);
    return attempts.flatMap((attempt) => this.#allowed(this.#random(number, attempt)));
  }

  #random(number: number, attempt: number): Float64Array {
    const size = this.#context.space.parameters.length;
    return uniform64(this.#randomKey, attempt * size, size, number);
  }

  #allowed(u: Float64Array): Candidate[] {
    const { space } = this.#context;
    const parameters = space.decode(u);
    return space.satisfied(parameters) ? [{ parameters, point: this.#point(parameters) }] : [];
  }

  #point(parameters: Parameters): Point {
    const places = new Float64Array(this.#axes.length);
    for (let a = 0; a < places.length; a++) {
      const { name, place } = this.#axes[a];
      places[a] = Object.hasOwn(parameters, name) ? place(parameters[name]) : Number.NaN;
    }
    return new Point(places);
  }
}
