import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { openStudy } from "../../../src/experiments/sweep/open.js";
import type { StudyInput } from "../../../src/sweep/definition.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import type { Study } from "../../../src/sweep/study.js";
import { folder, main, type Started, sleep, startScript } from "../../cli/plateau.js";
import { facts, finish } from "./facts.js";

export const logged = new URL("../objectives/logged.js", import.meta.url).href;
const drive = fileURLToPath(new URL("./drive.js", import.meta.url));

export interface WorkerProcess extends Started {
  /** What it has said so far. */
  said(): string;
}

/** Starts `plateau worker` in a process that ends with the test. */
export function startWorker(
  t: ExecutionContext<unknown>,
  redis: string,
  args: readonly string[] = ["--threads", "2"],
  enter: readonly string[] = [],
): WorkerProcess {
  return watched(t, [main, "worker", "--redis", redis, "--objective", fileURLToPath(logged), ...args], enter);
}

/** Starts a process that drives the study of a file, as far as `trials`. */
export function startDriver(
  t: ExecutionContext<unknown>,
  file: string,
  redis: string,
  trials: number,
  enter: readonly string[] = [],
): WorkerProcess {
  return watched(t, [drive, file, redis, String(trials)], enter);
}

function watched(
  t: ExecutionContext<unknown>,
  args: readonly string[],
  enter: readonly string[] = [],
): WorkerProcess {
  const started = startScript(args, { enter });
  let text = "";
  started.child.stderr!.on("data", (part: string) => (text += part));
  t.teardown(async () => {
    started.child.kill("SIGKILL");
    await started.ended;
  });
  return { ...started, said: () => text };
}

/** Resolves when something holds; says what it waited for where that takes minutes. */
export async function until(what: string, holds: () => unknown, seconds = 150): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`after ${seconds} s not yet: ${what}`);
    await sleep(20);
  }
}

export const space = { parameters: { x: { type: "uniform", low: 0, high: 1 } } } as const;

/** A study in a file whose steps are logged, and what the same study gives on threads of this process. */
export class LoggedStudy {
  readonly file: string;
  readonly log: string;
  readonly input: StudyInput;

  constructor(t: ExecutionContext<unknown>, input: Partial<StudyInput> & { task?: object } = {}) {
    const path = folder(t);
    this.file = join(path, "runs.sqlite");
    this.log = join(path, "log");
    mkdirSync(this.log);
    const task = { log: this.log, ...input.task };
    this.input = { name: "a", space, sampler: "random", objective: logged, lookahead: 4, ...input, task };
  }

  open(): Promise<Study> {
    return openStudy(this.file, this.input);
  }

  /** Runs it on workers of a Redis. @returns what was said */
  async finish(study: Study, redis: string, trials: number): Promise<string[]> {
    const notes: string[] = [];
    const executor = await bullmqExecutor(study, { redis, onNote: (text) => notes.push(text) });
    await finish(study, { trials, executor, checkpointEvery: 0.001 });
    return notes;
  }

  async expected(trials: number) {
    const { log: _, hold: __, ...task } = this.input.task as Record<string, unknown>;
    await using study = await openStudy(":memory:", { ...this.input, task });
    await finish(study, { trials, workers: 2 });
    return facts(study);
  }

  /** Lets trials go on that wait in their middle. */
  go(): void {
    writeFileSync(join(this.log, "go"), "");
  }

  /** Resolves when trials wait in their middle. */
  async inTheMiddle(numbers: readonly number[] = [0, 1]): Promise<void> {
    const { hold } = this.input.task as { hold: number };
    await until("the trials are in their middle", () =>
      numbers.every((number) => this.steps(number).length >= hold - 1),
    );
  }

  /** Steps that were taken of a trial, in order, and by which process each. */
  steps(number: number): { step: number; pid: number }[] {
    const path = join(this.log, String(number));
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => line.split(" ").map(Number)).map(([step, pid]) => ({ step, pid }));
  }
}
