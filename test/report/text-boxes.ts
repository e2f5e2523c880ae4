/** Where a text of an SVG of Vega's lies, about: letters are taken for 0.55 of the font's size wide. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LETTER = 0.55;

/** Adds up what groups and texts are moved by. */
export function textBoxes(svg: string): TextBox[] {
  const stack: [number, number][] = [[0, 0]];
  const boxes: TextBox[] = [];
  for (const [, close, tag, attributes, self, text] of svg.matchAll(
    /<(\/?)(g|text|tspan)\b([^>]*?)(\/?)>([^<]*)/g,
  )) {
    if (close) {
      stack.pop();
      continue;
    }
    const [x, y] = stack[stack.length - 1];
    const at = /translate\(([-\d.]+),([-\d.]+)\)/.exec(attributes);
    const own: [number, number] = [x + Number(at?.[1] ?? 0), y + Number(at?.[2] ?? 0)];
    if (!self) stack.push(own);
    if (tag === "g" || text.trim() === "") continue;
    const rotation = Number(/rotate\(([-\d.]+)/.exec(attributes)?.[1] ?? 0);
    const size = Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1] ?? 13);
    const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? "start";
    const length = LETTER * size * text.replace(/&\w+;/g, "x").length;
    const before = anchor === "middle" ? length / 2 : anchor === "end" ? length : 0;
    const angle = (rotation * Math.PI) / 180;
    const corners = [
      [-before, -0.8 * size],
      [length - before, -0.8 * size],
      [-before, 0.2 * size],
      [length - before, 0.2 * size],
    ].map(([u, v]) => [
      own[0] + u * Math.cos(angle) - v * Math.sin(angle),
      own[1] + u * Math.sin(angle) + v * Math.cos(angle),
    ]);
    const [xs, ys] = [corners.map(([u]) => u), corners.map(([, v]) => v)];
    boxes.push({
      text,
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: Math.min(...ys),
      bottom: Math.max(...ys),
    });
  }
  return boxes;
}
