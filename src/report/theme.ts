/** How figures look on a ground: applied by whoever renders them, never by their specifications. */
export interface Theme {
  readonly name: ThemeName;
  /** What figures stand on. */
  readonly background: string;
  /** Of text, on `background`. */
  readonly text: string;
  /** Of series, in the order of a scale's domain; the first four are told apart by all but the rarest eyes. */
  readonly series: readonly string[];
  /** Vega-Lite's `config`: colours, fonts, sizes, and the named styles that marks may ask for. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Every theme by name. */
export const themeNames = ["light", "dark"] as const;
/** A theme of figures and pages. */
export type ThemeName = (typeof themeNames)[number];

/** Pixels beyond which Vega cuts a text: more than any that is drawn here has, so that none is cut. */
const LABEL_LIMIT = 900;

/** Fonts that systems have; the last but one is what `renderPng` brings. No quotes: it stands in attributes. */
export const FONT = "system-ui, -apple-system, Segoe UI, Roboto, DejaVu Sans, sans-serif";

interface Colours {
  readonly background: string;
  readonly text: string;
  /** Of what stands back: axes and their labels' lines, notes. */
  readonly muted: string;
  readonly grid: string;
  readonly series: readonly string[];
  /** From nothing to most; from one end to the other, for lines, with a middle that is seen on the ground. */
  readonly ramp: readonly string[];
  readonly diverging: readonly string[];
  readonly shade: string;
}

// All text and all series have a contrast of 4.5 or more on their ground (WCAG 2.2, AA for text); the first four
// series stay apart under protanopia and deuteranopia as simulated by Machado et al. 2009. A test measures both.
const light: Colours = {
  background: "#ffffff",
  text: "#1d2126",
  muted: "#5a626d",
  grid: "#e4e7eb",
  series: ["#1d5fb8", "#c2500a", "#33383f", "#0b8068", "#8a1c62", "#6f6a5a"],
  ramp: ["#f1f5fb", "#a9c8ee", "#4f8fd6", "#1d5fb8", "#0b2f63"],
  diverging: ["#c2500a", "#8f8f8f", "#1d5fb8"],
  shade: "#5a626d",
};

const dark: Colours = {
  background: "#14181d",
  text: "#e8eaed",
  muted: "#a3acb8",
  grid: "#2b323b",
  series: ["#62a8f5", "#f08a3c", "#e8eaed", "#3fc9a0", "#e68ac0", "#c9b458"],
  ramp: ["#1b222b", "#23497a", "#3f7fc9", "#79b6f7", "#dcebfd"],
  diverging: ["#f08a3c", "#8d8d8d", "#62a8f5"],
  shade: "#a3acb8",
};

/**
 * Marks ask for what they are by `style`:
 * `shade` a region behind the data, `interval` a line or band of an interval, `baseline` what a model is held
 * against, `zero` a line that means nothing happens, `fit` a fitted law, `theory` what a theory says, `note` a text beside data.
 */
function config({ background, text, muted, grid, series, ramp, diverging, shade }: Colours) {
  return {
    background,
    font: FONT,
    padding: 8,
    view: { stroke: null },
    axis: {
      labelFontSize: 13,
      titleFontSize: 13,
      titleFontWeight: "normal",
      titlePadding: 8,
      labelColor: text,
      titleColor: text,
      domainColor: muted,
      tickColor: muted,
      gridColor: grid,
      labelLimit: LABEL_LIMIT,
      titleLimit: LABEL_LIMIT,
      labelOverlap: "greedy",
      labelSeparation: 4,
    },
    legend: {
      labelFontSize: 13,
      titleFontSize: 13,
      titleFontWeight: "normal",
      labelColor: text,
      titleColor: text,
      labelLimit: LABEL_LIMIT,
      titleLimit: LABEL_LIMIT,
      symbolSize: 90,
      symbolStrokeWidth: 2,
      orient: "bottom",
      direction: "horizontal",
      columns: 3,
      columnPadding: 18,
      // Legends of one figure below each other: beside each other they are wider than a page may be.
      layout: { bottom: { direction: "vertical", margin: 4, offset: 10 } },
    },
    header: {
      labelFontSize: 13,
      titleFontSize: 13,
      titleFontWeight: "normal",
      labelColor: text,
      titleColor: text,
      labelLimit: LABEL_LIMIT,
    },
    title: {
      fontSize: 14,
      fontWeight: 600,
      anchor: "start",
      frame: "group",
      color: text,
      offset: 12,
      subtitleColor: muted,
      subtitleFontSize: 13,
    },
    range: { category: series, ordinal: series, ramp, heatmap: ramp, diverging },
    mark: { color: series[0] },
    line: { strokeWidth: 2 },
    point: { size: 50, strokeWidth: 1.75 },
    rule: { color: muted },
    text: { color: text, fontSize: 13 },
    rect: { stroke: null },
    style: {
      shade: { color: shade, opacity: 0.2, stroke: null },
      interval: { color: text, strokeWidth: 1.5, opacity: 0.75 },
      baseline: { strokeDash: [5, 4], strokeWidth: 1.75 },
      zero: { color: muted, strokeDash: [2, 3], strokeWidth: 1 },
      fit: { strokeDash: [7, 3], strokeWidth: 1.5 },
      theory: { color: muted, strokeDash: [2, 3], strokeWidth: 1.75 },
      note: { color: text, fontSize: 13 },
    },
  };
}

const made = (name: ThemeName, colours: Colours): Theme => ({
  name,
  background: colours.background,
  text: colours.text,
  series: colours.series,
  config: config(colours),
});

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: made("light", light),
  dark: made("dark", dark),
};
