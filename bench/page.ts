// Writes what docs/performance.md says in numbers: npm run performance, after the commands that the page names
// have saved their results in docs/figures/data/. Text between two marks, <!-- name --> and <!-- /name -->, is
// replaced; what has no data yet says so.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "./peers/rounds.js";
import { sayRatio, short, type Timing } from "./statistics.js";
import type { Values } from "./suite.js";

const PAGE = "docs/performance.md";
const DATA = "docs/figures/data/";

interface PeersDocument {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly load: number;
    readonly node: string;
  };
  readonly peers: Readonly<Record<string, { readonly version: string; readonly notes: string } | null>>;
  readonly results: Readonly<Record<string, Readonly<Record<string, Outcome>>>>;
}

function load<T>(name: string): T | undefined {
  const file = `${DATA}${name}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const missing = (command: string) => `*Not measured yet: \`${command}\`*`;

/** A row a case, a column a peer: milliseconds of ours, and how many times as long each peer takes. */
function peersTable(name: string, prefix: string): string {
  const found = load<PeersDocument>(name);
  if (!found) return missing(`npm run bench:peers -- --out ${DATA}${name}.json`);
  const cases = Object.entries(found.results).filter(([key]) => key.startsWith(`${prefix}:`));
  const names = [...new Set(cases.flatMap(([, outcomes]) => Object.keys(outcomes)))];
  const [ours, ...others] = names;
  const cell = (outcome: Outcome | undefined) => {
    if (!outcome) return "";
    if (outcome.failed !== undefined) return `none: ${outcome.failed}`;
    const { ratio } = outcome;
    return ratio === undefined ? "" : ratio.high < 1 ? `**${sayRatio(ratio)}**` : sayRatio(ratio);
  };
  const own = ({ msPerStep, stepsPerSecond }: Outcome) =>
    stepsPerSecond ? `${short(stepsPerSecond.median)} steps/s` : `${short(msPerStep!.median)} ms`;
  return table(
    ["", ours, ...others.map((other) => `${other}, times as long`)],
    cases.map(([key, outcomes]) => [
      key,
      own(outcomes[ours]),
      ...others.map((other) => cell(outcomes[other])),
    ]),
  );
}

function dropoutTable(name: string): string {
  const found = load<PeersDocument>(name);
  if (!found) return missing(`npm run bench:peers -- --out ${DATA}${name}.json`);
  const rows = Object.entries(found.results).filter(([key]) => key.startsWith("step:"));
  const cost = (outcome: Outcome | undefined) =>
    outcome?.dropoutCost === undefined ? "" : `× ${sayRatio(outcome.dropoutCost)}`;
  return table(
    ["", "plateau", "pytorch"],
    rows.map(([key, outcomes]) => [key, cost(outcomes["plateau"]), cost(outcomes["pytorch"])]),
  );
}

function machine(name: string): string {
  const found = load<PeersDocument>(name);
  if (!found) return missing(`npm run bench:peers -- --out ${DATA}${name}.json`);
  const { cpu, cores, load: busy, node } = found.machine;
  const peers = Object.entries(found.peers).flatMap(([key, hello]) =>
    hello ? [`${key} ${hello.version} (${hello.notes})`] : [],
  );
  return `${cpu}, ${cores} cores, load ${busy.toFixed(1)} at the end, Node ${node}; ${peers.join("; ")}.`;
}

function benchTable(prefix: string, columns: readonly string[], name = "bench"): string {
  const found = load<Record<string, Values>>(name);
  const rows = Object.entries(found ?? {}).filter(([key]) => key.startsWith(`${prefix}:`));
  if (rows.length === 0) return missing(`npm run bench -- --out ${DATA}${name}.json`);
  const cell = (value: number | Timing | undefined) => {
    if (value === undefined) return "";
    return typeof value === "number"
      ? short(value)
      : `${short(value.median)} (${short(value.min)} – ${short(value.max)})`;
  };
  return table(
    ["", ...columns],
    rows.map(([key, values]) => [key, ...columns.map((column) => cell(values[column]))]),
  );
}

const STEP = ["msPerStep", "dropout", "gemm", "attention", "elementwise"];
const GEMM = ["gflops", "share", "NN", "NT", "TN", "limit"];

/** What stands between the marks of each name. */
const parts: Record<string, () => string> = {
  "machine-node20": () => machine("peers-node20"),
  "machine-node24": () => machine("peers-node24"),
  "steps-node20": () => peersTable("peers-node20", "step"),
  "steps-node24": () => peersTable("peers-node24", "step"),
  "predictions-node20": () => peersTable("peers-node20", "predict"),
  "predictions-node24": () => peersTable("peers-node24", "predict"),
  "sweeps-node20": () => peersTable("peers-node20", "sweep"),
  "sweeps-node24": () => peersTable("peers-node24", "sweep"),
  "dropout-node20": () => dropoutTable("peers-node20"),
  "dropout-node24": () => dropoutTable("peers-node24"),
  steps: () => benchTable("step", STEP),
  "steps-widened": () => benchTable("step", STEP, "bench-node24"),
  "steps-relaxed": () => benchTable("step", STEP, "bench-node24-relaxed"),
  gemm: () => benchTable("gemm", GEMM),
  "gemm-widened": () => benchTable("gemm", GEMM, "bench-node24"),
  parallel: () => benchTable("parallel", ["ms1", "sliced1", "ms2", "overSliced", "overWhole"]),
  startup: () => benchTable("startup", ["ms"]),
  growth: () => benchTable("growth", ["exponent", "low", "high"]),
};

/** The page with every part written anew. @throws Error for a mark that nothing writes */
export function filled(page: string): string {
  return page.replace(/<!-- ([\w-]+) -->\n[\s\S]*?<!-- \/\1 -->/g, (_, name: string) => {
    const part = parts[name];
    if (!part) throw new Error(`nothing writes the part ${name} of ${PAGE}`);
    return `<!-- ${name} -->\n${part()}\n<!-- /${name} -->`;
  });
}

if (process.argv[1]?.endsWith("page.js")) writeFileSync(PAGE, filled(readFileSync(PAGE, "utf8")));
