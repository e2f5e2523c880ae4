import type { Estimate } from "./bootstrap.js";

// How numbers look in the sentences that describe results.

/** Three significant digits. */
export const short = (value: number): string =>
  Math.abs(value) < 1e-15 ? "0" : Number(value.toPrecision(3)).toString();

/** A share in percent, three significant digits. */
export const percent = (share: number): string => `${short(100 * share)}%`;

/** `value (95% interval low to high)`. */
export const withInterval = ({ value, low, high }: Estimate, as = short): string =>
  `${as(value)} (95% interval ${as(low)} to ${as(high)})`;
