import { existsSync } from "node:fs";
import { PlateauError, quote } from "../errors.js";
import { openStudy } from "../experiments/sweep/open.js";
import { openSqlite } from "../sweep/storage/sqlite.js";
import type { StoredTrial } from "../sweep/storage/storage.js";
import type { Study } from "../sweep/study.js";
import { interruptible } from "./interrupt.js";
import { note, print } from "./output.js";
import { exitCodes, Interruption } from "./report.js";
import { shellWord } from "./store.js";
import { type SweepFlags, type SweepRequest, sweepRequest } from "./sweep-options.js";
import { describeBest, describeTrial, SweepView } from "./sweep-view.js";

/** The last line that `plateau sweep --json` prints. */
export interface SweepSummary {
  study: string;
  states: Study["states"];
  best: { number: number; value: number; parameters: StoredTrial["parameters"] } | null;
  seconds: number;
}

/** Runs `plateau sweep`. @returns the exit code */
export async function runSweep(argument: string | undefined, flags: SweepFlags): Promise<number> {
  const request = await sweepRequest(argument, flags);
  const study = await openRequested(request, flags);
  try {
    return await runRequested(study, request, flags);
  } finally {
    study.close();
  }
}

/** @throws PlateauError `usage` where there is a study already and `--resume` was not given, or none to continue */
async function openRequested({ file, name, study }: SweepRequest, flags: SweepFlags): Promise<Study> {
  const exists = existsSync(file);
  if (!study) {
    if (!flags.resume) {
      throw new PlateauError(
        "usage",
        "no target given: name m2n1, m4n3 or another of plateau targets, or a configuration file, or continue a study with --resume",
      );
    }
    return openStudy(file, name === undefined ? {} : { name });
  }
  if (exists && !flags.resume) {
    const storage = openSqlite(file);
    const found = storage.find(study.name);
    const count = found?.count() ?? 0;
    storage.close();
    if (found) {
      throw new PlateauError(
        "study",
        `${quote(file)} has a study ${quote(study.name)} of ${count} trials: continue it with --resume, or give the new one another --name`,
      );
    }
  }
  return openStudy(file, study);
}

async function runRequested(study: Study, request: SweepRequest, flags: SweepFlags): Promise<number> {
  const { trials, workers, timeLimit, checkpointEvery, memory } = request;
  const { json, quiet } = flags;
  if (flags.retryFailed) {
    const again = study.retryFailed();
    if (!quiet) note(`${again} failed trials will be run again`);
  }
  const view = new SweepView(study, { trials, workers, quiet: quiet || json });
  const { signal, dispose } = interruptible(() => view.note("stopping…"));
  try {
    const running = study.run({
      trials,
      workers,
      signal,
      ...(timeLimit === undefined ? {} : { timeLimit }),
      ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
      ...(memory === undefined ? {} : { memory }),
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
    view.clear();
    throw explained(error, study, trials);
  } finally {
    view.clear();
    dispose();
  }
  return summarise(study, view.seconds, { json });
}

function summarise(study: Study, seconds: number, { json }: Pick<SweepFlags, "json">): number {
  const { best, states } = study;
  const summary: SweepSummary = {
    study: study.name,
    states,
    best: best ? { number: best.number, value: best.value!, parameters: best.parameters } : null,
    seconds,
  };
  if (json) print(JSON.stringify(summary));
  else {
    const counts = Object.entries(states)
      .filter(([, n]) => n > 0)
      .map(([state, n]) => `${n} ${state}`);
    print(`study ${study.name} in ${study.where}: ${counts.join(", ")}`);
    print(best ? describeBest(best) : "no trial is complete");
    if (best) print(`next: plateau study best ${shellWord(study.where)}${nameFlag(study)}`);
  }
  return best ? exitCodes.done : exitCodes.failed;
}

/** A line of `--json` for a trial that has ended: all of it, with what its seeds gave. */
function trialLine(study: Study, trial: StoredTrial): object {
  return { ...trial, replicates: study.replicates(trial.number) };
}

/** What stopped a sweep, with the command that continues it. */
function explained(error: unknown, study: Study, trials: number): unknown {
  if (!(error instanceof PlateauError)) return error;
  const { code, message } = error;
  const resume = resumeSweep(study, trials);
  if (code === "aborted") {
    const { waiting, running, ...ended } = study.states;
    const done = Object.values(ended).reduce((a, b) => a + b, 0);
    return new Interruption(`interrupted after ${done} of ${trials} trials, continue with: ${resume}`);
  }
  if (code !== "io") return error;
  return new PlateauError("io", `${message}; then continue with: ${resume}`, { cause: error });
}

function resumeSweep(study: Study, trials: number): string {
  return `plateau sweep --study ${shellWord(study.where)}${nameFlag(study)} --trials ${trials} --resume`;
}

const nameFlag = (study: Study) => ` --name ${shellWord(study.name)}`;
