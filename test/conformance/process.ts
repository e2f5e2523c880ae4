import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tiny } from "../cli/plateau.js";
import { type Hashes, jsonSha256 } from "./program.js";
import type { Found } from "./runtimes.js";
import { sweepOn, TRIALS } from "./sweep.js";

const SERVER = fileURLToPath(new URL("./server.js", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const CARS = fileURLToPath(new URL("../../../examples/cars.csv", import.meta.url));
const run = promisify(execFile);

const sweep = {
  target: "m2n1",
  seed: 5,
  sampler: "random",
  space: { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 0.3 } } },
  experiment: {
    ...{ dModel: 4, heads: 2, layers: 1, steps: 20, batch: 16 },
    ...{ trainRows: 500, validationRows: 100, testRows: 100 },
  },
};

/** The command line: training, a table, a sweep with its study and report. */
async function commands(
  plateau: (...words: string[]) => Promise<string>,
  folder: string,
  wide: boolean,
): Promise<Found> {
  const { widened } = JSON.parse(await plateau("info", "--json"));
  if (widened.wide !== wide) throw new Error(`its command line: ${JSON.stringify(widened)}`);
  const trained = JSON.parse(await plateau("train", "m2n1", ...tiny, "--json", "--quiet"));
  const table = ["--data", CARS, "--output", "mpg", "--steps", "20"];
  const fit = JSON.parse(await plateau("fit", ...table, "--json", "--quiet"));
  writeFileSync(join(folder, "sweep.json"), JSON.stringify(sweep));
  await plateau("sweep", "sweep.json", "--study", "s.sqlite", "--trials", "4", "--workers", "2", "--quiet");
  const best = JSON.parse(await plateau("study", "best", "s.sqlite", "--json"));
  await plateau("report", "s.sqlite", "--output", "report.html");
  const report = readFileSync(join(folder, "report.html"), "utf8");
  return {
    "plateau train": { is: trained.weightsSha256 },
    "plateau fit": { is: fit.weightsSha256 },
    "plateau sweep": { is: await jsonSha256([best.number, best.value, best.parameters]) },
    "plateau report": { is: /^<!doctype html>/i.test(report) ? "written" : report },
  };
}

/** What `server.js` prints. */
interface Printed {
  readonly wide: boolean;
  readonly reason?: string;
  readonly hashes: Hashes;
  readonly held: number;
}

/** The whole program and the command line in processes of their own. */
export async function inProcess(
  command: string,
  args: readonly string[],
  { wide, seconds }: { wide: boolean; seconds: number },
): Promise<Found> {
  const cwd = mkdtempSync(join(tmpdir(), "plateau-conformance-"));
  const options = {
    cwd,
    // Of all processes together.
    signal: AbortSignal.timeout(1000 * seconds),
    killSignal: "SIGKILL" as const,
    env: { ...process.env, PLATEAU_WIDE: wide ? "1" : "0", NO_COLOR: "1" },
  };
  const script = async (...words: string[]) => (await run(command, [...args, ...words], options)).stdout;
  try {
    await sweepOn(join(cwd, "begun.sqlite"), 1, TRIALS / 2);
    const printed = JSON.parse(await script(SERVER, "begun.sqlite", ...(wide ? ["--wide"] : []))) as Printed;
    const found: Found = {};
    for (const [feature, hash] of Object.entries(printed.hashes)) found[feature] = { is: hash };
    found["thread and storage cases"] = { is: `${printed.held} held` };
    if (wide && !printed.wide) throw new Error(`it does not widen: ${printed.reason}`);
    Object.assign(found, await commands((...words) => script(MAIN, ...words), cwd, wide));
    return found;
  } catch (error) {
    const { name, stderr } = error as { name: string; stderr?: string };
    if (name === "AbortError") throw new Error(`it took longer than ${seconds} s`);
    throw stderr ? new Error(stderr.slice(-2000)) : error;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
