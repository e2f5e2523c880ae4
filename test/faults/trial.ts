import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { APART, effectOf, type Fault, type Injector } from "./points.js";
import { tellsRemedy } from "./remedy.js";
import type { Scenario, Told } from "./scenarios/scenario.js";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));
const SHIM = fileURLToPath(new URL("./shim.js", import.meta.url));

/** A new folder for a scenario, with what it needs. */
function ready(scenario: Scenario, root: string): string {
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(join(root, `${scenario.name}-`));
  scenario.prepare(folder);
  return folder;
}

/** Runs a scenario undisturbed. @returns what points there are, and what comes out */
export async function undisturbed(scenario: Scenario, injector: Injector, root: string) {
  const folder = ready(scenario, root);
  injector.arm(folder);
  const told = await scenario.begin(folder);
  const { points } = injector.disarm();
  if (told.code !== 0) throw new Error(`${scenario.name} fails by itself: ${told.stderr}`);
  const outcome = await scenario.outcome(folder);
  rmSync(folder, { recursive: true });
  return { points, outcome };
}

/**
 * Begins a scenario with a fault, continues it without, and holds what comes out to what it has to be.
 * @returns what the fault hit
 * @throws Error where the user was told no remedy, or not the same came out, or something is left behind
 */
export async function disturbed(
  scenario: Scenario,
  injector: Injector,
  fault: Fault,
  expected: string,
  root: string,
): Promise<string | undefined> {
  const kills =
    effectOf(fault.kind).code === "kill" && (scenario.endsItself?.(injector.name, fault.point) ?? true);
  let folder = ready(scenario, root);
  let hit: string | undefined;
  let told: Told | undefined;
  if (!kills) {
    injector.arm(folder, fault);
    try {
      told = await inTime(here(scenario, folder));
    } catch (error) {
      throw new Error(`${(error as Error).message} (${injector.disarm().hit})`);
    }
    ({ hit } = injector.disarm());
  }
  if (told) requireRemedy(told);
  else {
    // What ends its process is to be seen in one of its own.
    if (!kills) folder = ready(scenario, root);
    hit = await apart(scenario, injector, fault, folder);
  }
  await continued(scenario, folder, expected);
  return hit;
}

/** Called with what nobody catches. */
let uncaught: (() => void) | undefined;

/** Begins a scenario. @returns undefined where an error that nobody catches ends the process that begins it */
async function here(scenario: Scenario, folder: string): Promise<Told | undefined> {
  if (uncaught === undefined) process.on("uncaughtException", () => uncaught!());
  const ended = new Promise<undefined>((resolve) => (uncaught = () => resolve(undefined)));
  return Promise.race([scenario.begin(folder), ended]);
}

/** Continues without faults. @throws Error as `disturbed` */
async function continued(scenario: Scenario, folder: string, expected: string): Promise<void> {
  const again = await inTime(scenario.resume(folder));
  if (again.code !== 0) throw new Error(`it cannot be continued: ${again.stderr}`);
  const found = await scenario.outcome(folder);
  if (found !== expected) {
    let at = 0;
    while (found[at] === expected[at]) at++;
    const [is, was] = [found, expected].map((text) => text.slice(Math.max(0, at - 60), at + 100));
    throw new Error(`it comes to something else: …${is}… instead of …${was}…`);
  }
  const names = readdirSync(folder, { recursive: true }) as string[];
  const left = names.filter(
    (name) => /\.tmp$|-wal$|-shm$|-journal$/.test(name) && !scenario.lingers?.test(name),
  );
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  rmSync(folder, { recursive: true });
}

/** Far more than any scenario takes. */
const HANGS_MILLISECONDS = 120_000;

/** @throws Error where it does not end */
async function inTime<R>(running: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), HANGS_MILLISECONDS);
  });
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}

/** @throws Error where an error is a defect by its own account, or says nothing of what to do */
export function requireRemedy({ code, stderr }: Told): void {
  if (stderr.includes("a defect of plateau")) throw new Error(`told as a defect: ${stderr}`);
  if (code !== 0 && !tellsRemedy(stderr)) throw new Error(`no remedy is told: ${stderr}`);
}

/** The beginning in a process of its own, which may end at the point. @returns what was struck */
async function apart(
  { name }: Scenario,
  injector: Injector,
  fault: Fault,
  folder: string,
): Promise<string | undefined> {
  const told = JSON.stringify({ name, by: injector.name, fault, folder });
  const child = spawn(process.execPath, ["--import", SHIM, MAIN, "--once", told], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, [APART]: "1" },
  });
  injector.spawned?.(child, fault);
  let [struck, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (struck += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<[number | null, string | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  const [code, signal] = await inTime(ended).finally(() => child.kill("SIGKILL"));
  // What a process shares with the one that it was started by says it there.
  const { hit } = injector.disarm();
  const killed = effectOf(fault.kind).code === "kill" && signal === "SIGKILL";
  if (!killed) requireRemedy({ code: code ?? 1, stderr });
  for (const left of [`${folder}-messages`, `${folder}-messages-struck`]) if (existsSync(left)) rmSync(left);
  return hit ?? (struck === "" ? undefined : struck);
}
