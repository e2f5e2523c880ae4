import type { Figure } from "../figure.js";
import { fieldsOf, figureSpec } from "../spec.js";
import { type ThemeName, themes } from "../theme.js";

/** A figure as a page holds it: its rows without their fields' names, which would stand in each. */
export interface EmbeddedFigure {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly fields: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What the page's program draws. */
export interface Embedded {
  readonly figures: Readonly<Record<string, EmbeddedFigure>>;
  readonly themes: Readonly<Record<ThemeName, unknown>>;
}

export function embedded(figures: readonly Figure[]): Embedded {
  return {
    figures: Object.fromEntries(figures.map((figure) => [figure.name, embeddedFigure(figure)])),
    themes: { light: themes.light.config, dark: themes.dark.config },
  };
}

function embeddedFigure(figure: Figure): EmbeddedFigure {
  const { data: _, ...spec } = figureSpec(figure, { inline: true });
  const fields = fieldsOf(figure.data);
  return { spec, fields, rows: figure.data.map((row) => fields.map((field) => row[field] ?? null)) };
}
