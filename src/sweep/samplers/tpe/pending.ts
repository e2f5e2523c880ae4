import type { Parameters } from "../../space/parameter.js";
import type { Point } from "./point.js";

/**
 * The points of trials that are pending. From call to call mostly a few go in front and a few come behind: those that
 * stay, the same objects by the same numbers, keep their points.
 */
export class Pending {
  readonly #pointOf: (parameters: Parameters) => Point;
  /** Number of the first. */
  #first = 0;
  #parameters: readonly Parameters[] = [];
  #points: readonly Point[] = [];

  constructor(pointOf: (parameters: Parameters) => Point) {
    this.#pointOf = pointOf;
  }

  /** @param first number of the first of them; they follow each other */
  points(parameters: readonly Parameters[], first: number): readonly Point[] {
    const [known, points, shift] = [this.#parameters, this.#points, first - this.#first];
    const found = parameters.map((one, i) =>
      one === known[i + shift] ? points[i + shift] : this.#pointOf(one),
    );
    this.#first = first;
    this.#parameters = [...parameters];
    this.#points = found;
    return found;
  }
}
