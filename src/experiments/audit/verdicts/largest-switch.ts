import type { Estimate } from "../../../analysis/statistics/bootstrap.js";
import { said } from "../../../analysis/statistics/say.js";
import { meanOverSeeds } from "../paired.js";

/** What one switch does to a conclusion, by seed. */
export interface Candidate {
  readonly switch: string;
  /** The conclusion's number with the alternative less that with the study's answer. */
  readonly effects: readonly (number | null)[];
  /** Whether the rule answers otherwise with the switch turned. */
  readonly flips: boolean;
}

/** A switch with the size of its effect. */
export interface Ranked {
  readonly switch: string;
  readonly effect: Estimate;
  /** The effect over the root mean square of all switches' effects: 1 is a usual one. */
  readonly standardised: Estimate;
  readonly flips: boolean;
}

/** Which switch moves a conclusion most. */
export interface Largest {
  readonly answer: "one" | "several" | "none";
  /** The largest, and those that cannot be told from it. */
  readonly leaders: readonly string[];
  /** All, the largest first. */
  readonly ranked: readonly Ranked[];
}

/**
 * `none` where no interval of an effect leaves out 0; `one` where the largest is larger, in magnitude, than each of
 * the others by an interval of its own over paired seeds; else `several`: those it cannot be told from. Intervals
 * are of one effect each: of twenty switches that do nothing, one leaves out 0 by chance.
 */
export function largestSwitch(candidates: readonly Candidate[]): Largest {
  const estimated = candidates.flatMap((candidate) => {
    const found = meanOverSeeds(candidate.effects);
    return found ? [{ candidate, effect: { value: found.value, low: found.low, high: found.high } }] : [];
  });
  const usual = Math.sqrt(
    estimated.reduce((sum, { effect }) => sum + effect.value * effect.value, 0) /
      Math.max(1, estimated.length),
  );
  const scaled = (value: number) => (usual > 0 ? value / usual : 0);
  estimated.sort((a, b) => Math.abs(b.effect.value) - Math.abs(a.effect.value));
  const ranked = estimated.map(
    ({ candidate, effect }): Ranked => ({
      switch: candidate.switch,
      effect,
      standardised: { value: scaled(effect.value), low: scaled(effect.low), high: scaled(effect.high) },
      flips: candidate.flips,
    }),
  );
  const first = estimated.find(({ effect }) => effect.low > 0 || effect.high < 0);
  if (!first) return { answer: "none", leaders: [], ranked };
  const leaders = [first, ...estimated.filter((other) => other !== first && !below(other, first))];
  return {
    answer: leaders.length === 1 ? "one" : "several",
    leaders: leaders.map(({ candidate }) => candidate.switch),
    ranked,
  };
}

type Estimated = { readonly candidate: Candidate; readonly effect: Estimate };

/** Whether one's magnitude is below the other's, their difference on the same seeds considered. */
function below(one: Estimated, other: Estimated): boolean {
  const sign = ({ effect }: Estimated) => (effect.value < 0 ? -1 : 1);
  const differences = other.candidate.effects.map((value, i) => {
    const mine = one.candidate.effects[i];
    return value === null || mine === null || mine === undefined
      ? null
      : sign(other) * value - sign(one) * mine;
  });
  const found = meanOverSeeds(differences);
  return found !== undefined && found.low > 0;
}

/** Switches that are named where several move a conclusion most and cannot be told apart. */
export const MOST_NAMED = 3;

/** Such as: 1 (output head) moves it most: −0.4 (95% interval −0.5 to −0.3), 2.1 times a usual effect. */
export function sayLargest({ answer, leaders, ranked }: Largest, nameOf: (id: string) => string): string {
  if (answer === "none") return "no switch moves it by an amount whose interval leaves out 0";
  const each = leaders.map((id) => {
    const { effect, standardised, flips } = ranked.find((one) => one.switch === id)!;
    const { value, low, high } = effect;
    return `${nameOf(id)}: ${said(value)} (95% interval ${said(low)} to ${said(high)}; ${said(Math.abs(standardised.value))} times a usual effect${flips ? "; it changes the answer" : ""})`;
  });
  if (each.length > MOST_NAMED) {
    return `moved most by no single one: ${each.length} are not told apart, the largest ${each[0]}`;
  }
  return answer === "one"
    ? `moved most by ${each[0]}`
    : `moved most by one of these, which are not told apart: ${each.join("; ")}`;
}
