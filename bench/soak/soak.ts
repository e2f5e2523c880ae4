import { appendFileSync, readFileSync } from "node:fs";
import type { Sample } from "./judge.js";
import type { Part, PartKind, PartOptions } from "./part.js";
import { collect, type Measured, measure } from "./resources.js";

interface Living {
  readonly kind: PartKind;
  readonly part: Part;
}

/**
 * Lives of several parts in one process, study by study, each as far as its share; after every study everything is
 * measured. What was measured is kept in a file: it would be what grows.
 */
export class Soak {
  readonly #living: readonly Living[];
  readonly #file: string;

  private constructor(living: readonly Living[], file: string) {
    this.#living = living;
    this.#file = file;
  }

  static async begin(kinds: readonly PartKind[], options: PartOptions, file: string): Promise<Soak> {
    const living: Living[] = [];
    for (const kind of kinds) {
      living.push({ kind, part: await kind.open(options) });
    }
    return new Soak(living, file);
  }

  get trials(): number {
    return this.#living.reduce((sum, { part }) => sum + part.trials, 0);
  }

  /** How many trials each part has run. */
  get shares(): string {
    return this.#living.map(({ kind, part }) => `${part.trials} by ${kind.name}`).join(", ");
  }

  /** A study of the part that lags most, and what there is after it. */
  async cycle(): Promise<void> {
    const lag = ({ kind, part }: Living) => part.trials / kind.share;
    const { part } = this.#living.reduce((least, one) => (lag(one) < lag(least) ? one : least));
    await part.cycle();
    await collect();
    this.#keep("this process", this.trials, measure());
    for (const [who, resources] of Object.entries(await part.others()))
      this.#keep(who, part.trials, resources);
  }

  /** What was measured so far, by whose it is. */
  samples(): ReadonlyMap<string, readonly Sample[]> {
    const found = new Map<string, Sample[]>();
    for (const line of readFileSync(this.#file, "utf8").split("\n").slice(0, -1)) {
      const { who, ...sample } = JSON.parse(line) as Sample & { who: string };
      found.set(who, [...(found.get(who) ?? []), sample]);
    }
    return found;
  }

  async close(): Promise<void> {
    for (const { part } of this.#living) await part.close();
  }

  #keep(who: string, trials: number, resources: Measured): void {
    appendFileSync(this.#file, `${JSON.stringify({ who, trials, resources })}\n`);
  }
}
