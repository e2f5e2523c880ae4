import type { SettingResult } from "../../experiments/replication/results.js";
import { trivialRate } from "../../experiments/replication/tables.js";
import { percent } from "../../text.js";
import type { Figure } from "../figure.js";
import { type FailureSeries, failureRate } from "../figures/failure-rate.js";

const panelOf = ({ target, positions }: SettingResult, kinds: number) =>
  kinds > 1 ? `${target}, ${positions}` : target;

const kindsOf = (settings: readonly SettingResult[]) =>
  new Set(settings.map(({ positions }) => positions)).size;

const nameOf = ({ classes }: SettingResult) =>
  classes === null ? "regression" : `classification, K = ${classes}`;

/** Failure rates at k against d, a panel a target. */
export function figureByWidth(
  settings: readonly SettingResult[],
  k: number,
  about: string,
): Figure | undefined {
  return drawn(settings, {
    name: `failure-by-width-k${k}`,
    title: `Failure rates at k = ${k} by width`,
    x: "numbers per token, d",
    xOf: ({ dim }) => dim,
    nameOf,
    k,
    about,
  });
}

/** Failure rates of classification at k against K, a panel a target. */
export function figureByClasses(
  settings: readonly SettingResult[],
  k: number,
  about: string,
): Figure | undefined {
  const classifications = settings.filter(({ classes }) => classes !== null);
  if (new Set(classifications.map(({ classes }) => classes)).size < 2) return undefined;
  const dims = [...new Set(classifications.map(({ dim }) => dim))];
  // As many as can be told apart: where there are more, the smallest is followed by the largest.
  const shown = dims.length <= MOST_SERIES ? dims : [dims[0], ...dims.slice(1 - MOST_SERIES)];
  const left = dims.filter((dim) => !shown.includes(dim));
  return drawn(
    classifications.filter(({ dim }) => shown.includes(dim)),
    {
      name: `failure-by-classes-k${k}`,
      title: `Failure rates of classification at k = ${k}`,
      x: "classes, K",
      xOf: ({ classes }) => classes!,
      nameOf: ({ dim }) => `d = ${dim}`,
      k,
      about: left.length > 0 ? `${about} Not drawn, but in the table: d = ${left.join(", ")}.` : about,
    },
  );
}

/** Series that have a colour of their own. */
const MOST_SERIES = 6;

interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly xOf: (one: SettingResult) => number;
  readonly nameOf: (one: SettingResult) => string;
  readonly k: number;
  readonly about: string;
}

/** Models, and dashed in the colour of each what guessing reaches at the same task. */
function drawn(settings: readonly SettingResult[], drawing: Drawing): Figure | undefined {
  const { name, title, x, xOf, nameOf: named, k, about } = drawing;
  const kinds = kindsOf(settings);
  const groups = groupBy(settings, (one) => `${panelOf(one, kinds)}|${named(one)}`);
  const all = (["model", "baseline"] as const).flatMap((kind) =>
    groups.map((group): FailureSeries => {
      const points = group.flatMap((one) => pointOf(one, k, xOf(one), kind) ?? []);
      return { name: named(group[0]), kind, panel: panelOf(group[0], kinds), points };
    }),
  );
  const y = `failure rate at k = ${k}`;
  const note =
    "Their colour is that of what they are held against: the mean predictor in regression, the majority class in classification.";
  const figure = failureRate.draw({ title, x, y, about, series: all }, { name, note });
  return figure && { ...figure, alt: altOf(`${y} against ${x}`, all) };
}

function pointOf(
  one: SettingResult,
  k: number,
  x: number,
  kind: FailureSeries["kind"],
): FailureSeries["points"][number] | undefined {
  if (kind === "baseline") {
    const value = trivialRate(one, one.classes === null ? "mean" : "majority", k);
    return value === null ? undefined : { x, value };
  }
  const rate = one.failureRate?.[k];
  if (!rate) return undefined;
  const { value, low, high } = rate;
  return { x, value, ...(low === null || high === null ? {} : { low, high }) };
}

/** The curves in words, each beside what guessing reaches. */
function altOf(what: string, all: readonly FailureSeries[]): string {
  const models = all.filter(({ kind, points }) => kind === "model" && points.length > 0);
  const told = models.map(({ name, panel, points }) => {
    const guess = all.find((one) => one.kind === "baseline" && one.name === name && one.panel === panel);
    const values = points.map(({ x, value }) => {
      const held = guess?.points.find((point) => point.x === x);
      return `${percent(value)} at ${x}${held ? ` (guessing ${percent(held.value)})` : ""}`;
    });
    return `${panel}, ${name}: ${values.join(", ")}`;
  });
  return `Line chart of the ${what}. ${told.join("; ")}.`;
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()];
}
