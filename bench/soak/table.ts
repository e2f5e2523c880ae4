import Table from "cli-table3";
import type { Judgement } from "./judge.js";
import { type Resource, resources } from "./resources.js";

export function table(judgements: readonly Judgement[]): string {
  const head = ["", "after warm-up", "median", "last", "a 1,000 trials [95%]", "grown for certain", ""];
  const rows = judgements.map(({ resource, first, median, last, slope, certain, leaks }) => {
    const say = (value: number) => said(resource, value);
    const interval = `${say(slope.slope)} [${say(slope.low)}, ${say(slope.high)}]`;
    return [resource, say(first), say(median), say(last), interval, say(certain), leaks ? "leaks" : "flat"];
  });
  const made = new Table({ head, style: { head: [], border: [] } });
  made.push(...rows);
  return made.toString();
}

const said = (resource: Resource, value: number): string =>
  resources[resource] === "count" ? String(Number(value.toFixed(2))) : `${(value / 1e6).toFixed(3)} MB`;
