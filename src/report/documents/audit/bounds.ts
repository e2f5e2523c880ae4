import type { Estimate } from "../../../analysis/statistics/bootstrap.js";
import type { ResponseName } from "../../../experiments/audit/responses.js";

const share = [0, 1] as const;
const positive = [0, Number.POSITIVE_INFINITY] as const;
const r2 = [-1, 1] as const;

/** What a response can come to, as it is defined: an interval by Student's t may reach beyond. */
const bounds: Readonly<Record<ResponseName, readonly [low: number, high: number]>> = {
  ...{ read: share, studyRate: share, ownRate: share, sup: share, flatBeyond: share, resolution: share },
  ...{ excess: positive, excessCommon: positive, excessStudy: positive },
  ...{ constantPieces: positive, linearPieces: positive, variance: [0, 4] },
  ...{ r2, meanR2: r2 },
};

/** An estimate whose interval is cut to what the response can come to. */
export function levelWithin(response: ResponseName, { value, low, high }: Estimate): Estimate {
  const [least, most] = bounds[response];
  return { value, low: Math.max(least, low), high: Math.min(most, high) };
}

/** The same of the difference of two of them. */
export function effectWithin(response: ResponseName, { value, low, high }: Estimate): Estimate {
  const [least, most] = bounds[response];
  return { value, low: Math.max(least - most, low), high: Math.min(most - least, high) };
}
