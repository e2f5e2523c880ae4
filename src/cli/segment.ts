import { PlateauError, quote } from "../errors.js";
import { chord, type Domain, type Segment } from "../targets/domain.js";
import { parseNumber } from "./number.js";

/** Reads `0,0.5:1,1`, two points of a domain. @throws PlateauError `usage` */
export function parseSegment(text: string, { inputs, low, high }: Domain): Segment {
  const ends = text
    .split(":")
    .map((end) => end.split(",").map((value) => parseNumber("--segment", value.trim())));
  const [from, to] = ends;
  if (ends.length !== 2 || from.length !== inputs || to.length !== inputs) {
    throw new PlateauError(
      "usage",
      `--segment ${quote(text)} is not from:to with ${inputs} numbers separated by commas on either side`,
    );
  }
  if (from.every((value, i) => value === to[i])) {
    throw new PlateauError("usage", `--segment ${quote(text)} has no length: its ends are one point`);
  }
  for (const end of ends) {
    for (const [i, value] of end.entries()) {
      if (value >= low[i] && value <= high[i]) continue;
      throw new PlateauError(
        "usage",
        `--segment ${quote(text)} leaves the domain: number ${i + 1} is ${value}, allowed are ${low[i]} to ${high[i]}`,
      );
    }
  }
  return chord(text, Float64Array.from(from), Float64Array.from(to));
}
