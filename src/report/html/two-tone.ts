import { PlateauError } from "../../errors.js";

const COLOUR = /(?<=\s(?:fill|stroke|stop-color)=")[^"]*(?=")/g;

/**
 * One picture for both grounds: where the colours of two that are the same otherwise differ, CSS's `light-dark`
 * chooses by the page's `color-scheme`.
 * @throws PlateauError `internal` where they differ in more
 */
export function twoTone(light: string, dark: string): string {
  const others = dark.match(COLOUR) ?? [];
  let at = 0;
  const both = light.replace(COLOUR, (colour) => {
    const other = others[at++] ?? colour;
    return other === colour ? colour : `light-dark(${colour}, ${other})`;
  });
  if (light.replace(COLOUR, "") !== dark.replace(COLOUR, "") || at !== others.length) {
    throw new PlateauError("internal", "a figure in dark colours is another figure than in light ones");
  }
  return both;
}
