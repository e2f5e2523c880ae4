/** Attributes that hold places and sizes. */
const PLACES = /\s(transform|d|x|y|x1|x2|y1|y2|cx|cy|r|dx|dy|width|height|viewBox|points|offset)="([^"]*)"/g;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;
/** Moves what lies half way between two roundings, as sizes divided by powers of two do, clearly to one side. */
const NUDGE = 1e-7;

/**
 * An SVG of Vega's with the same bytes wherever it was drawn. Vega computes places by functions whose last bits
 * differ between engines (logarithmic axes), and numbers its clips through the life of a process: places are
 * rounded to hundredths of a pixel, clips numbered by where they stand, and named after the figure, so that
 * several may share a page.
 */
export function stableSvg(svg: string, name: string): string {
  const clips = new Map<string, string>();
  const clip = (id: string) => {
    const known = clips.get(id);
    if (known) return known;
    const given = `${name}-clip${clips.size + 1}`;
    clips.set(id, given);
    return given;
  };
  return svg
    .replace(PLACES, (_, attribute, value) => ` ${attribute}="${value.replace(NUMBER, rounded)}"`)
    .replace(/(id="|url\(#)((?:clip|gradient_?)\w*)/g, (_, before, id) => `${before}${clip(id)}`);
}

function rounded(text: string): string {
  const value = Math.round((Number(text) + NUDGE) * 100) / 100;
  return String(value === 0 ? 0 : value);
}

/** Gives an SVG a name and a description for those who have it read to them. */
export function accessibleSvg(
  svg: string,
  { name, title, alt }: { name: string; title: string; alt: string },
): string {
  const ids = `${name}-title ${name}-desc`;
  const words = `<title id="${name}-title">${escaped(title)}</title><desc id="${name}-desc">${escaped(alt)}</desc>`;
  return svg.replace(
    /<svg ([^>]*)>/,
    (_, rest) => `<svg role="img" aria-labelledby="${ids}" ${rest}>${words}`,
  );
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
