import type { Constraint } from "../space/constraint.js";
import type { Parameters } from "../space/parameter.js";

/** A list of points of a space, of which only those count that satisfy its constraints. */
export interface Points {
  readonly constraints: readonly Constraint[];
  /** How many there are. */
  readonly length: number;
  at(position: number): Parameters;
  /** Points in a row that may be rejected before the search is given up. */
  readonly patience?: number;
}

/**
 * The n-th of the points that satisfy the constraints. Rising n cost what lies between them, as the last
 * that was found is remembered; what is found does not depend on what was asked before.
 */
export class Satisfying {
  readonly #points: Points;
  /** The last that was found, and where. */
  #n = -1;
  #position = -1;
  #count: number | undefined;

  constructor(points: Points) {
    this.#points = points;
    if (points.constraints.length === 0) this.#count = points.length;
  }

  /** How many satisfy them: all are looked at, once. */
  get count(): number {
    if (this.#count === undefined) this.find(Number.POSITIVE_INFINITY);
    return this.#count!;
  }

  /** @returns "exhausted" where the points end before, "given up" after `patience` rejections in a row */
  find(n: number): Parameters | "exhausted" | "given up" {
    const { constraints, length, patience = Number.POSITIVE_INFINITY } = this.#points;
    if (this.#count !== undefined && n >= this.#count) return "exhausted";
    if (constraints.length === 0) return this.#points.at(n);
    if (n < this.#n) this.#n = this.#position = -1;
    if (n === this.#n) return this.#points.at(this.#position);
    for (let position = this.#position + 1; position < length; position++) {
      const values = this.#points.at(position);
      if (constraints.every(({ holds }) => holds(values))) {
        this.#n++;
        this.#position = position;
        if (this.#n === n) return values;
      } else if (position - this.#position >= patience) return "given up";
    }
    this.#count = this.#n + 1;
    return "exhausted";
  }
}
