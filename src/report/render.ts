import { createRequire } from "node:module";
import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import type { Figure } from "./figure.js";
import { figureSpec, WIDTH } from "./spec.js";
import { accessibleSvg, stableSvg } from "./stable-svg.js";
import { type ThemeName, themes } from "./theme.js";

export { figureCsv, figureSpec } from "./spec.js";

/** How a figure is drawn. */
export interface RenderOptions {
  /** Default light. */
  readonly theme?: ThemeName;
}

/** How large a PNG is, and in which theme. */
export interface PngOptions extends RenderOptions {
  /** Pixels of the image for one of the figure. Default 2. */
  readonly scale?: number;
}

/**
 * Draws a figure as SVG, the same bytes at every run and on every machine, by `vega` and `vega-lite`, optional
 * peer dependencies that are loaded at the first call.
 * @throws PlateauError `usage` where they are not installed
 */
export async function renderSvg(figure: Figure, options: RenderOptions = {}): Promise<string> {
  requireArguments("renderSvg", {
    figure: [figure, "Figure: name title caption alt"],
    options: [options, "object?"],
  });

  return (await drawSvg(figure, options)).svg;
}

/** As `renderSvg`, and what the compiler and Vega had to say against the specification. */
export async function drawSvg(
  figure: Figure,
  { theme = "light" }: RenderOptions = {},
): Promise<{ svg: string; warnings: readonly string[] }> {
  const { vega, vegaLite } = await drawing();
  const warnings: string[] = [];
  const logger = collector(warnings);
  const spec = still(figureSpec(figure, { inline: true })) as Record<string, unknown>;
  // There is no page to fill. Each mark's own description would double the file: the whole has one.
  const fixed = { ...spec, ...(spec["width"] === "container" ? { width: WIDTH } : {}) };
  const config = { ...themes[theme].config, aria: false };
  const { spec: compiled } = vegaLite.compile({ ...fixed, config } as never, { logger: logger as never });
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: logger as never });
  try {
    const svg = await view.toSVG();
    return { svg: accessibleSvg(stableSvg(svg, figure.name), figure), warnings };
  } finally {
    view.finalize();
  }
}

/**
 * Draws a figure as PNG, from its SVG by `@resvg/resvg-js` and the fonts of `dejavu-fonts-ttf`, optional peer
 * dependencies that are loaded at the first call. The machine's own fonts are not looked at.
 * @throws PlateauError `usage` where they are not installed
 */
export async function renderPng(figure: Figure, options: PngOptions = {}): Promise<Uint8Array> {
  requireArguments("renderPng", {
    figure: [figure, "Figure: name title caption alt"],
    options: [options, "object?"],
  });

  const { scale = 2, theme = "light" } = options;
  const svg = await renderSvg(figure, { theme });
  const { Resvg } = await rasterizer();
  const image = new Resvg(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: await fonts(),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
    fitTo: { mode: "zoom", value: scale },
    background: themes[theme].background,
  });
  return new Uint8Array(image.render().asPng());
}

/** Without what follows a pointer: a picture has none. */
function still(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(still);
  if (typeof part !== "object" || part === null) return part;
  const kept = Object.entries(part).filter(([key]) => key !== "params");
  return Object.fromEntries(kept.map(([key, value]) => [key, key === "data" ? value : still(value)]));
}

function drawing() {
  return needed("SVG", ["vega", "vega-lite"], async () => ({
    vega: await import("vega"),
    vegaLite: await import("vega-lite"),
  }));
}

function rasterizer() {
  return needed("PNG", ["@resvg/resvg-js"], () => import("@resvg/resvg-js"));
}

/**
 * Loads what draws figures as SVG, or as PNG, too.
 * @throws PlateauError `usage` where it is not installed
 */
export async function requireDrawing({ png }: { readonly png: boolean }): Promise<void> {
  await drawing();
  if (!png) return;
  await rasterizer();
  await fonts();
}

function fonts(): Promise<string[]> {
  const { resolve } = createRequire(import.meta.url);
  return needed("PNG", ["dejavu-fonts-ttf"], async () =>
    ["DejaVuSans", "DejaVuSans-Bold"].map((font) => resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`)),
  );
}

async function needed<T>(format: string, packages: readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const names = packages.join(" and ");
    throw new PlateauError(
      "usage",
      `drawing figures as ${format} needs the package${packages.length > 1 ? "s" : ""} ${names}: npm install ${packages.join(" ")}`,
      { cause },
    );
  }
}

/** A logger of Vega's that keeps what it is told. */
function collector(warnings: string[]) {
  const keep = (...words: readonly unknown[]) => {
    warnings.push(words.map(String).join(" "));
    return logger;
  };
  const ignore = () => logger;
  const logger = {
    level: (value?: number) => (value === undefined ? 2 : logger),
    error: keep,
    warn: keep,
    info: ignore,
    debug: ignore,
  };
  return logger;
}
