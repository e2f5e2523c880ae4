import { readFileSync } from "node:fs";

/** What `npm run bench -- --out docs/figures/data/bench.json` wrote. */
export function benchData() {
  return JSON.parse(readFileSync(new URL("bench.json", import.meta.url), "utf8"));
}
