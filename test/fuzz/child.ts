// One target's cases in a process of their own, started by campaign.ts: they may crash or hang it.
import { openSync, readFileSync } from "node:fs";
import { attempter, prepared } from "./attempt.js";
import { groundsOf } from "./canaries.js";
import { noFindings } from "./findings.js";
import { fuzz } from "./loop.js";
import type { FuzzTarget } from "./target.js";
import { watch } from "./watchdog.js";

/** What the process is told. */
export interface ChildOptions {
  /** URL of the module that has the target among its `targets`. */
  readonly registry: string;
  readonly target: string;
  readonly from: number;
  readonly cases: number;
  readonly seed: number;
  /** The folder around all cases. */
  readonly root: string;
  /** File for the input that is being tried. */
  readonly current: string;
  /** File for the input that failed. */
  readonly failing: string;
  /** Seconds of processor time after which a case counts as hanging. */
  readonly deadline: number;
  /** Seconds of any kind after which it does. */
  readonly patience: number;
  /** A file with one input, to be tried instead of cases. */
  readonly input?: string;
}

const told = JSON.parse(process.argv[2]) as ChildOptions;
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
process.channel?.unref();
const beat = watch(told);
const { targets } = (await import(told.registry)) as { targets: readonly FuzzTarget[] };
const target = targets.find(({ name }) => name === told.target)!;
const grounds = groundsOf(told.root);
const watched = { grounds, beat, current: openSync(told.current, "w") };
const say = (message: object) => new Promise<void>((resolve) => process.send!(message, () => resolve()));

if (told.input === undefined) {
  const { from, cases, seed, failing } = told;
  const findings = await fuzz(target, { ...watched, from, cases, seed, failing, onProgress: say });
  await say({ ...findings, ended: true });
} else {
  await prepared(target, grounds);
  const findings = noFindings(target.name);
  const { attempt } = attempter(target, watched, findings);
  try {
    await attempt(readFileSync(told.input), true);
  } catch (error) {
    findings.failure = { message: (error as Error).message, input: told.input };
  }
  await say({ ...findings, ended: true });
}
process.exit();
