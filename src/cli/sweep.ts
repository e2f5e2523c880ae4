import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { PlateauError, quote } from "../errors.js";
import { openStudy, studyName } from "../experiments/sweep/open.js";
import type { Executor } from "../sweep/executors/executor.js";
import { moduleUrl } from "../sweep/modules.js";
import { divertOutput } from "../sweep/run/divert-output.js";
import { loadObjective } from "../sweep/run/load-objective.js";
import { shardOf, trialsOfShard } from "../sweep/shard.js";
import { openSqlite } from "../sweep/storage/sqlite.js";
import type { StoredTrial } from "../sweep/storage/storage.js";
import type { Study } from "../sweep/study.js";
import { counted, shellWord } from "../text.js";
import { interruptible } from "./interrupt.js";
import { note } from "./output.js";
import { executorFlags, overMachines, requireExecutor } from "./over-machines.js";
import { exitCodes, Interruption } from "./report.js";
import { type SweepFlags, type SweepRequest, sweepRequest } from "./sweep-options.js";
import {
  describeBest,
  describeBlindness,
  describeCounts,
  describeStudy,
  describeTrial,
  SweepView,
} from "./sweep-view.js";

/** The last line that `plateau sweep --json` prints. */
export interface SweepSummary {
  study: string;
  /** "k/N" of a shard. */
  shard?: string;
  states: Study["states"];
  best: { number: number; value: number; parameters: StoredTrial["parameters"] } | null;
  seconds: number;
}

/** Runs `plateau sweep`. @returns the exit code */
export async function runSweep(argument: string | undefined, flags: SweepFlags): Promise<number> {
  return sweepRequested(await sweepRequest(argument, flags), flags);
}

/** Runs a study, or a shard of one, that was read from the command line. @returns the exit code */
export async function sweepRequested(request: SweepRequest, flags: SweepFlags): Promise<number> {
  const { write } = process.stdout;
  const print = (text: string) => void write.call(process.stdout, `${text}\n`);
  const giveBack = divertOutput();
  try {
    const study = await openRequested(request, flags);
    try {
      return await runRequested(study, request, flags, print);
    } finally {
      study.close();
    }
  } finally {
    giveBack();
  }
}

type Print = (text: string) => void;

/** @throws PlateauError `usage` where there is a study already and `--resume` was not given, or none to continue */
async function openRequested({ file, study }: SweepRequest, flags: SweepFlags): Promise<Study> {
  const { target, objective } = study;
  const name = await studyName(study);
  const found = name === undefined ? undefined : trialsOf(file, name);
  if (found === undefined && target === undefined && objective === undefined) {
    if (flags.resume) return openStudy(file, study);
    throw new PlateauError(
      "usage",
      "no target given: name m2n1, m4n3 or another of plateau targets, or a configuration file, or continue a study with --resume",
    );
  }
  if (found !== undefined && !flags.resume) {
    throw new PlateauError(
      "study",
      `${quote(file)} has a study ${quote(name)} of ${counted(found, "trial")}: continue it with --resume, or give the new one another --name`,
    );
  }
  // A module that cannot be loaded is no reason to make a study.
  if (target === undefined && objective !== undefined) await loadObjective(moduleUrl(objective));
  await requireExecutor(study, flags);
  return openStudy(file, study);
}

/** How many trials a study has; undefined where there is none. */
function trialsOf(file: string, name: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const storage = openSqlite(file);
  try {
    return storage.find(name)?.count();
  } finally {
    storage.close();
  }
}

async function runRequested(
  study: Study,
  request: SweepRequest,
  flags: SweepFlags,
  print: Print,
): Promise<number> {
  const { json = false, quiet = false } = flags;
  if (flags.retryFailed) {
    const again = study.retryFailed();
    if (!quiet) note(`${again} failed trials will be run again`);
  }
  if (!json && !quiet) {
    note(describeStudy(study.definition));
    const blind = describeBlindness(study, trialsOfShard(shardOf(study.definition), request.trials));
    if (blind !== undefined) note(blind);
  }
  const live: Live = {};
  const executor = await overMachines(study, flags, request.workers, (text) => {
    if (live.view) live.view.note(text);
    else if (!quiet) note(text);
  });
  try {
    return await runOn(executor, live, study, request, flags, print);
  } finally {
    // Also where something broke before a trial began.
    await executor?.close();
  }
}

/** Where notes go while there is a live view. */
interface Live {
  view?: SweepView;
}

async function runOn(
  executor: Executor | undefined,
  live: Live,
  study: Study,
  request: SweepRequest,
  flags: SweepFlags,
  print: Print,
): Promise<number> {
  const { trials, workers = availableParallelism(), file: _, study: __, ...rest } = request;
  const { json = false, quiet = false } = flags;
  const all = trialsOfShard(shardOf(study.definition), trials);
  const shown = Math.min(executor?.workers ?? workers, all);
  const view = new SweepView(study, {
    trials: all,
    workers: shown,
    remote: executor?.remote ?? false,
    quiet: quiet || json,
  });
  if (view.live) live.view = view;
  const { signal, dispose } = interruptible(
    () => view.note("stopping…"),
    () => resumeSweep(study, trials, flags),
  );
  let failed: unknown;
  try {
    const running = study.run({
      ...{ trials, workers, signal, ...rest },
      ...(executor ? { executor } : {}),
      onEvent: (event) => {
        view.take(event);
        if (event.kind === "released" && event.reason !== undefined && !quiet && !view.live) {
          note(`trial ${event.number} broke down and is tried again: ${event.reason}`);
        }
      },
    });
    for await (const trial of running) {
      if (json) print(JSON.stringify(trialLine(study, trial)));
      else if (!view.live) print(describeTrial(trial));
    }
  } catch (error) {
    failed = error;
  } finally {
    view.close();
    dispose();
  }
  if (failed === undefined || (json && study.states.complete > 0)) {
    const code = summarise(study, view.seconds, { json }, print);
    if (failed === undefined) return code;
  }
  throw explained(failed, study, trials, flags);
}

function summarise(study: Study, seconds: number, { json }: Pick<SweepFlags, "json">, print: Print): number {
  const { best, states } = study;
  const { shard } = study.definition;
  const summary: SweepSummary = {
    study: study.name,
    ...(shard === undefined ? {} : { shard }),
    states,
    best: best ? { number: best.number, value: best.value!, parameters: best.parameters } : null,
    seconds,
  };
  if (json) print(JSON.stringify(summary));
  else {
    const counts = describeCounts(states);
    const what = shard === undefined ? study.name : `${study.name}, shard ${shard},`;
    print(`study ${what} in ${study.where}: ${counts.length > 0 ? counts.join(", ") : "no trials"}`);
    print(best ? describeBest(best) : "no trial is complete");
    if (shard !== undefined) print(`next, once all shards are done: ${mergeCommand(study)}`);
    else if (best) print(`next: plateau study best ${shellWord(study.where)}${nameFlag(study)}`);
  }
  // A shard may be so small that it has no trial, or none that is complete: what counts is that it is done.
  return best || shard !== undefined ? exitCodes.done : exitCodes.failed;
}

/** A line of `--json` for a trial that has ended: all of it, with what its seeds gave. */
function trialLine(study: Study, trial: StoredTrial): object {
  return { ...trial, replicates: study.replicates(trial.number) };
}

/** What stopped a sweep, with the command that continues it. */
function explained(error: unknown, study: Study, trials: number, flags: SweepFlags): unknown {
  if (!(error instanceof PlateauError)) return error;
  const { code, message } = error;
  const resume = resumeSweep(study, trials, flags);
  if (code === "aborted") {
    const { waiting, running, ...ended } = study.states;
    const done = Object.values(ended).reduce((a, b) => a + b, 0);
    const all = trialsOfShard(shardOf(study.definition), trials);
    return new Interruption(
      `interrupted after ${done} of ${counted(all, "trial")}, continue with: ${resume}`,
    );
  }
  if (code !== "io") return error;
  return new PlateauError("io", `${message}; then continue with: ${resume}`, { cause: error });
}

function resumeSweep(study: Study, trials: number, flags: SweepFlags): string {
  const { shard } = study.definition;
  const command = shard === undefined ? "sweep" : `worker --shard ${shard}`;
  return `plateau ${command} --study ${shellWord(study.where)}${nameFlag(study)} --trials ${trials} --resume${executorFlags(flags)}`;
}

function mergeCommand(study: Study): string {
  return `plateau study merge <files of all shards>${nameFlag(study)} -o whole.sqlite`;
}

const nameFlag = (study: Study) => ` --name ${shellWord(study.name)}`;
