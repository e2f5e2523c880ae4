export { counted, grouped } from "../../text.js";

// What specifications of several figures share. Vega-Lite has no types that are worth their size here.
export type Json = Readonly<Record<string, unknown>>;

/** Where a figure that has one plot is as wide as its page. */
export const wide = { width: "container", height: 300 } as const;

/** Zoom by wheel and move by dragging, both with the shift key, so that a page still scrolls; double click undoes. */
export const zoom = [
  {
    name: "zoom",
    select: {
      type: "interval",
      zoom: "wheel![event.shiftKey]",
      translate: "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!",
    },
    bind: "scales",
  },
] as const;

/** Rows of one part of a figure's table. */
export const part = (name: string): Json => ({ filter: `datum.part === '${name}'` });

/** Pixels between the outermost data and the frame: marks at the edge are not cut. */
const PADDING = 8;

/** A number's axis. */
export function number(
  field: string,
  title: string | null,
  { scale = {}, axis = {} }: { scale?: Json; axis?: Json } = {},
) {
  return {
    field,
    type: "quantitative",
    title,
    scale: { zero: false, nice: false, padding: PADDING, ...scale },
    axis: { tickCount: 6, format: "~g", ...axis },
  };
}

/** A logarithmic axis over values, of which only those above 0 can be drawn. */
export function logarithmic(
  field: string,
  title: string | null,
  values: readonly (number | null)[],
  base = 10,
) {
  const ticks = logTicks(values, base);
  return {
    field,
    type: "quantitative",
    title,
    scale: { type: "log", base, nice: false, padding: PADDING },
    axis: ticks ? { format: "~g", values: ticks } : { format: ".4~r", tickCount: 6 },
  };
}

/** Powers of the base, every so many that at most nine are told; of few decades 1, 2, 5 of each, else undefined. */
function logTicks(values: readonly (number | null)[], base: number): number[] | undefined {
  const known = values.filter((value): value is number => value !== null && value > 0);
  if (known.length === 0) return undefined;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const within = (tick: number) => tick >= low / 1.05 && tick <= high * 1.05;
  const powers = Array.from({ length: 129 }, (_, i) => i - 64)
    .map((exponent) => ({ exponent, tick: base === 10 ? Number(`1e${exponent}`) : base ** exponent }))
    .filter(({ tick }) => within(tick));
  if (powers.length > 2) {
    const every = Math.ceil(powers.length / 9);
    return powers.filter(({ exponent }) => exponent % every === 0).map(({ tick }) => tick);
  }
  if (base !== 10 || !(high > 4 * low)) return undefined;
  return Array.from({ length: 129 }, (_, i) => i - 64)
    .flatMap((exponent) => [1, 2, 5].map((digit) => Number(`${digit}e${exponent}`)))
    .filter(within);
}

/** An axis of sizes that double, labelled where there are any. */
export function doubling(field: string, title: string, values: readonly number[]) {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  return {
    field,
    type: "quantitative",
    title,
    scale: { type: "log", base: 2, nice: false, padding: PADDING },
    // More would hide each other.
    axis: { values: distinct.length > 10 ? powersOfTwo(distinct) : distinct, format: "~d" },
  };
}

/** Those of the numbers that are powers of two; all where these are few. */
function powersOfTwo(numbers: readonly number[]): readonly number[] {
  const powers = numbers.filter((n) => Number.isInteger(n) && 2 ** (31 - Math.clz32(n)) === n);
  return powers.length > 2 ? powers : numbers;
}

/** A share's axis, in percent, from 0. */
export function share(field: string, title: string, scale: Json = {}) {
  return {
    field,
    type: "quantitative",
    title,
    scale: { zero: true, nice: true, padding: 4, ...scale },
    axis: { format: ".1~%", tickCount: 6 },
  };
}

/** Colours of series, in their order; for shapes and dashes of the same series, too, so that they share a legend. */
export function bySeries(field: string, names: readonly string[], scale: Json = {}) {
  return {
    field,
    type: "nominal",
    title: null,
    scale: { domain: names, ...scale },
    legend: names.length > 1 ? { columns: columnsFor(names) } : null,
  };
}

/** The same for lines that are told apart by dashes, too. */
export function byLine(field: string, names: readonly string[], dashes?: readonly (readonly number[])[]) {
  const { legend, ...channel } = bySeries(field, names, dashes ? { range: dashes } : {});
  return { ...channel, legend: legend && { ...legend, symbolType: "stroke", symbolSize: 400 } };
}

/** Entries of a legend beside each other: Vega takes a letter for 0.8 of the font's size. */
function columnsFor(names: readonly string[]): number {
  const longest = Math.max(...names.map(({ length }) => length));
  return Math.max(1, Math.min(names.length, 4, Math.floor(590 / (0.8 * 13 * longest + 34))));
}

/** What a pointer over a mark is told: field by title. */
export function tooltip(fields: Readonly<Record<string, string>>, format = ".3~g") {
  return Object.entries(fields).map(([field, title]) =>
    title.endsWith("%")
      ? { field, title: title.slice(0, -1).trim(), format: ".1~%" }
      : { field, title, ...(field.endsWith("Text") || textFields.has(field) ? {} : { format }) },
  );
}

/** Fields that hold words in every figure. */
const textFields = new Set(["series", "state", "panel", "block", "factor", "from", "name", "axis"]);

/** A number that a figure can draw, else null. */
export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** A number that a logarithmic axis can draw, else null. */
export const positive = (value: number | null | undefined): number | null => {
  const number = finite(value);
  return number !== null && number > 0 ? number : null;
};

/** Whether values are better seen by their logarithm: all above 0, and more than `ratio` apart. */
export function spreads(values: readonly (number | null)[], ratio = 30): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (value === null) continue;
    if (!(value > 0)) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > ratio * low;
}

/** About `most` of many, evenly over their places, the last one among them. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

/** The first letter in upper case. */
export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
