/** How often a worker may be lost under a trial that is not to blame: after that it has broken down each time. */
const MOST_LOSSES = 16;
/** Losses in company, in a row, that make a trial a suspect: machines are lost, and that once is no reason. */
const SUSPICIONS = 2;

/** How a trial has lost its worker. */
export interface Loss {
  /** Whether the trial had got further with it than where it began. */
  readonly moved: boolean;
  /** Whether the worker lives, and has dropped the trial. */
  readonly lives: boolean;
  /** Whether another trial may be what ended the worker. */
  readonly company: boolean;
  /** Whether it was lost under a driver before this one, which may have ended as its worker did. */
  readonly inherited: boolean;
}

/** What follows from it. `goesOn`: as no breakdown; `when`, `next`: of a sentence for people. */
export interface Sequel {
  readonly goesOn: boolean;
  readonly when: string;
  readonly next: string;
}

/**
 * The workers that trials have lost. That is not the trial's doing where the worker lives, where it had got further
 * with it, or where it was gone before this driver came; else perhaps it is, or another's that was there: which one it
 * was shows where each is run alone.
 */
export class Losses {
  readonly #losses = new Map<number, number>();
  /** How often, in a row, a trial has lost its worker together with others before it had saved anything. */
  readonly #suspicions = new Map<number, number>();

  has(number: number): boolean {
    return this.#losses.has(number);
  }

  /** Whether a trial is to be run alone. */
  isSuspect(number: number): boolean {
    return (this.#suspicions.get(number) ?? 0) >= SUSPICIONS;
  }

  count(number: number, { moved, lives, company, inherited }: Loss): Sequel {
    const losses = (this.#losses.get(number) ?? 0) + 1;
    this.#losses.set(number, losses);
    const together = company && !moved;
    if (moved) this.#suspicions.delete(number);
    else if (together) this.#suspicions.set(number, (this.#suspicions.get(number) ?? 0) + 1);
    const excused = moved || together || lives || inherited;
    const goesOn = excused && losses <= MOST_LOSSES;
    const when = excused ? `for the ${losses}th time` : "before the trial had saved anything";
    if (!goesOn) return { goesOn, when, next: `${when}: that is a breakdown` };
    if (moved || inherited) return { goesOn, when, next: "the trial goes on from its last checkpoint" };
    const alone = this.isSuspect(number) ? ", alone" : "";
    return { goesOn, when, next: `the trial, which had saved nothing there, begins again${alone}` };
  }
}
