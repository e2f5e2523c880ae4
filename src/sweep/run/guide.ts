import { PlateauError, quote } from "../../errors.js";
import { type StudyDefinition, withOptions } from "../definition.js";
import type { Kinds } from "../kinds.js";
import type { Judge, Pruner } from "../pruners/pruner.js";
import type { Sampler } from "../samplers/sampler.js";
import type { Parameters } from "../space/parameter.js";
import { Space } from "../space/space.js";
import type { StudyStorage } from "../storage/storage.js";
import { better } from "../trial.js";

/** What a trial is judged by while it runs: fixed when it begins. */
export interface Yardstick {
  readonly judge: Judge;
  /** What the best trial's seeds gave, in their order. Only with several seeds. */
  readonly incumbent?: readonly number[];
}

/**
 * Sampler and pruner of a study, told of its trials in order of number and no further than lookahead allows:
 * so that what they say depends on the study alone, and not on who has finished when.
 */
export class Guide {
  readonly space: Space;
  /** Whether trials have to wait for earlier ones. */
  readonly usesHistory: boolean;
  readonly #study: StudyStorage;
  readonly #kinds: Kinds;
  readonly #definition: StudyDefinition;
  readonly #sampler: Sampler;
  readonly #pruner: Pruner;
  readonly #samplerLearns: boolean;
  readonly #prunerLearns: boolean;
  readonly #comparesSeeds: boolean;
  /** Trials that were observed: all below this number. */
  #observed = 0;
  #best: { number: number; value: number } | undefined;
  /** Parameters of the trials that were not observed yet, from the first of them on: they never change. */
  readonly #pending: Parameters[] = [];
  /** What those of them are judged by that began. */
  readonly #yardsticks = new Map<number, Yardstick>();

  /** @throws PlateauError `unknown-name`, `usage`: the study was made with other samplers */
  constructor(study: StudyStorage, kinds: Kinds) {
    const { definition } = study;
    const { seed, direction, seeds, stopWorse } = definition;
    this.space = new Space(definition.space);
    this.#study = study;
    this.#kinds = kinds;
    this.#definition = definition;
    this.#sampler = makeSampler(definition, kinds, this.space);
    // Checked again: it may have been stored by another plateau, or another program.
    const { name: prunerName, ...prunerOptions } = withOptions("pruner", definition.pruner, kinds.pruner);
    const pruner = kinds.pruner(prunerName);
    this.#pruner = pruner.create({ seed, direction, options: prunerOptions });
    this.#samplerLearns = kinds.sampler(definition.sampler.name).usesHistory;
    this.#prunerLearns = pruner.usesHistory;
    this.#comparesSeeds = stopWorse && seeds > 1;
    this.usesHistory = this.#samplerLearns || this.#prunerLearns || this.#comparesSeeds;
  }

  /** The last trial that trial `number` goes by. */
  #last(number: number): number {
    return number - this.#definition.lookahead;
  }

  /** Trials below this number may begin: all that they go by have ended. */
  horizon(): number {
    const open = this.usesHistory ? this.#study.firstOpen() : undefined;
    return open === undefined ? Number.POSITIVE_INFINITY : open + this.#definition.lookahead;
  }

  /** Parameters of a new trial that is `ready`; null where the sampler has no more. */
  suggest(number: number): Parameters | null {
    if (!this.usesHistory) return this.#sampler.suggest(number, []);
    this.#observe(this.#last(number));
    return this.#sampler.suggest(number, this.#samplerLearns ? this.#pendingBefore(number) : []);
  }

  #pendingBefore(number: number): Parameters[] {
    const count = number - this.#observed;
    while (this.#pending.length < count) {
      const next = this.#observed + this.#pending.length;
      const trial = this.#study.trial(next);
      if (!trial) {
        throw new PlateauError(
          "study",
          `study ${quote(this.#definition.name)} is damaged: trial ${next} is missing, but not those after it: restore a copy`,
        );
      }
      this.#pending.push(trial.parameters);
    }
    return this.#pending.slice(0, count);
  }

  /** What trial `number` is judged by: the same thing each time that it begins. */
  begin(number: number): Yardstick {
    if (!this.#prunerLearns && !this.#comparesSeeds) return { judge: this.#pruner.begin(number) };
    let found = this.#yardsticks.get(number);
    if (!found) this.#yardsticks.set(number, (found = this.#yardstick(number)));
    return found;
  }

  #yardstick(number: number): Yardstick {
    if (this.#observed > Math.max(0, this.#last(number) + 1)) {
      // It is run again when more has ended than it may go by.
      const earlier = new Guide(this.#study, this.#kinds);
      earlier.#observe(earlier.#last(number));
      return earlier.begin(number);
    }
    this.#observe(this.#last(number));
    const incumbent =
      this.#comparesSeeds && this.#best
        ? this.#study.replicates(this.#best.number).map(({ value }) => value)
        : undefined;
    return { judge: this.#pruner.begin(number), ...(incumbent ? { incumbent } : {}) };
  }

  #observe(last: number): void {
    if (this.#observed > last) return;
    for (const observation of this.#study.observations(this.#observed, last)) {
      const { number, state, value } = observation;
      if (this.#samplerLearns) this.#sampler.observe(observation);
      if (this.#prunerLearns) {
        const reports = this.#study.reports(number).filter(({ replicate }) => replicate === 0);
        this.#pruner.observe({ ...observation, reports });
      }
      if (
        state === "complete" &&
        value !== null &&
        (!this.#best || better(this.#definition.direction, value, this.#best.value))
      ) {
        this.#best = { number, value };
      }
      this.#observed = number + 1;
      this.#pending.shift();
      this.#yardsticks.delete(number);
    }
    if (this.#observed > last) return;
    throw new PlateauError(
      "internal",
      `trial ${this.#observed} has not ended, which trial ${last} waits for`,
    );
  }
}

/** The sampler of a study that has seen nothing yet. @throws PlateauError `unknown-name`, `usage` */
export function makeSampler(
  definition: StudyDefinition,
  kinds: Kinds,
  space = new Space(definition.space),
): Sampler {
  const { seed, direction } = definition;
  const { name, ...options } = withOptions("sampler", definition.sampler, kinds.sampler);
  return kinds.sampler(name).create({ space, seed, direction, options });
}

/**
 * Makes sure that a study can be begun, before anything of it is stored.
 * @throws PlateauError `usage`, `unknown-name`: of its sampler, pruner or constraints
 */
export function requireRunnable(definition: StudyDefinition, kinds: Kinds): void {
  const { seed, direction, pruner } = definition;
  const { name, ...options } = pruner;
  makeSampler(definition, kinds).suggest(0, []);
  kinds.pruner(name).create({ seed, direction, options });
}
