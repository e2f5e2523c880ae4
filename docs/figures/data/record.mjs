import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { documentOf } from "../../../dist/src/report/documents/registry.js";
import { renderSvg } from "../../../dist/src/report/render.js";

/** The SVG of a figure of an experiment's report, from its result.json (compressed) beside this file. */
export function drawn(name, choose) {
  const record = JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, import.meta.url))));
  return renderSvg(choose(documentOf(record)));
}

/** A figure of a report's sections. */
export const figureNamed = ({ sections }, name) =>
  sections.flatMap(({ figures }) => figures).find((figure) => figure.name === name);
