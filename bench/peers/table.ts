import { sayRatio, short } from "../statistics.js";
import type { Hello } from "./protocol.js";
import type { Outcome } from "./rounds.js";

const WIDTHS = [11, 16, 10, 21, 24, 24];

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join(" ")
    .trimEnd();
}

export function heading(): string {
  return line(["case", "peer", "median", "min – max", "× plateau [95%]", "dropout 0.1 costs"]);
}

/** One line a peer. */
export function rowsOf(name: string, outcomes: Readonly<Record<string, Outcome>>): string[] {
  return Object.entries(outcomes).map(([peer, { msPerStep, ratio, dropoutCost, stepsPerSecond, failed }]) => {
    if (failed !== undefined) return line([name, peer, "—"]);
    const unit = stepsPerSecond ? "/s" : " ms";
    const shown = stepsPerSecond ?? msPerStep!;
    return line([
      name,
      peer,
      `${short(shown.median)}${unit}`,
      `${short(shown.min)} – ${short(shown.max)}`,
      ratio ? `${sayRatio(ratio)}${ratio.high < 1 ? " slower" : ""}` : "",
      dropoutCost ? `× ${sayRatio(dropoutCost)}` : "",
    ]);
  });
}

export function peerLine(name: string, { version, notes }: Hello): string {
  return `${name} ${version}: ${notes}`;
}

/** Why there are dashes, and how far losses or outputs were from ours. */
export function failures(results: Readonly<Record<string, Readonly<Record<string, Outcome>>>>): string[] {
  return Object.entries(results).flatMap(([name, outcomes]) =>
    Object.entries(outcomes).flatMap(([peer, { failed, difference }]) => {
      if (failed !== undefined) return [`${name} ${peer}: no figure, ${failed}`];
      if (!difference) return [];
      const what = name.startsWith("predict") ? "outputs" : "losses of the first 8 steps";
      return [`${name} ${peer}: ${what} within ${difference.most.toExponential(1)} of ours`];
    }),
  );
}
