import { below, minus } from "../../text.js";
import type { Estimate } from "./bootstrap.js";

// How numbers look in the sentences that describe results.

/** Three significant digits, as results keep them in words. */
export const short = (value: number): string =>
  Math.abs(value) < 1e-15 ? "0" : Number(value.toPrecision(3)).toString();

/**
 * Three significant digits with a minus sign, for sentences that nobody stores; of what lies just below 1, as R² and
 * failure rates may, five decimals: 0.99979.
 */
export const said = (value: number): string => minus(below(value, 1, short(value), 5, 5));

/** A share in percent, three significant digits; just below 100%, as many as tell it from that. */
export const percent = (share: number): string =>
  `${minus(below(100 * share, 100, short(100 * share), 2, 6))}%`;

/** `value (95% interval low to high)`. */
export const withInterval = ({ value, low, high }: Estimate, as = short): string =>
  `${as(value)} (95% interval ${as(low)} to ${as(high)})`;
