import test from "ava";
import { type ThemeName, themeNames, themes } from "../../src/report/theme.js";

type Triple = readonly [number, number, number];

/** Linear light of #rrggbb. */
const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Contrast ratio of WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => 0.05 + dot(linear(hex), [0.2126, 0.7152, 0.0722]));
  return Math.max(x, y) / Math.min(x, y);
}

// Machado, Oliveira & Fernandes 2009, severity 1.
const seen: Record<string, readonly Triple[]> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** Oklab (Ottosson 2020) of a colour as an eye sees it. */
function oklab(hex: string, eye: readonly Triple[]): readonly number[] {
  const rgb = eye.map((row) => Math.min(1, Math.max(0, dot(row, linear(hex)))));
  const lms = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(dot(row, rgb)));
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((row) => dot(row, lms));
}

for (const name of themeNames) {
  const { background, text, series, config } = themes[name as ThemeName];

  test(`${name}: all text and all series have a contrast of 4.5 or more`, (t) => {
    const muted = (config["title"] as { subtitleColor: string }).subtitleColor;
    for (const colour of [text, muted, ...series]) t.true(contrast(colour, background) >= 4.5, colour);
    t.is(config["background"], background);
  });

  test(`${name}: the first four series are 0.1 apart in Oklab, colour-blind or not`, (t) => {
    for (const [eye, matrix] of Object.entries(seen)) {
      for (const [i, a] of series.slice(0, 4).entries()) {
        for (const b of series.slice(0, i)) {
          const [x, y] = [oklab(a, matrix), oklab(b, matrix)];
          const distance = Math.sqrt(x.reduce((sum, value, k) => sum + (value - y[k]) * (value - y[k]), 0));
          t.true(distance >= 0.1, `${a} and ${b} to ${eye}: ${distance}`);
        }
      }
    }
  });

  test(`${name}: no text is smaller than 13 pixels`, (t) => {
    const sizes = [...JSON.stringify(config).matchAll(/ontSize":(\d+)/g)].map(([, size]) => Number(size));
    t.true(sizes.length > 5);
    for (const size of sizes) t.true(size >= 13);
  });
}
