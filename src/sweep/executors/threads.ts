import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { deniedPermission } from "../../files/denied.js";
import type { AbortSignalLike } from "../../pause.js";
import { compile, compiled } from "../../runtime/compile.js";
import { gemmTile } from "../../runtime/tile.js";
import type { Decision } from "../pruners/pruner.js";
import { requireWorkers } from "../run/require.js";
import { failure } from "../run/trial-run.js";
import { Beginnings } from "./beginnings.js";
import type { Executor, JobOutcome, TrialEvents, TrialJob } from "./executor.js";
import type { FromTrial, ThreadData, ToTrial, TrialTask, Unbegun } from "./messages.js";
import { noThread } from "./no-thread.js";
import { TimeLimit } from "./time-limit.js";

/** Seen from dist/src/sweep/executors. */
const WORKER = new URL("../../../workers/entry.cjs", import.meta.url).href;

/** How long a trial that was told to stop may take before its thread is ended. */
export const GRACE_MILLISECONDS = 1500;

/** How often more than there are threads a trial whose thread ends before it has begun is given to another. */
const MOST_TRIES = 16;

/** How trials are spread over worker threads. */
export interface ThreadsOptions {
  /** Default: one a core. */
  readonly workers?: number;
  /**
   * Of each thread's JavaScript heap, as `worker_threads` takes them. WebAssembly memory does not count. Node alone
   * keeps them.
   */
  readonly resourceLimits?: {
    readonly maxYoungGenerationSizeMb?: number;
    readonly maxOldGenerationSizeMb?: number;
    readonly codeRangeSizeMb?: number;
    readonly stackSizeMb?: number;
  };
}

/** Worker threads, each with at most one trial at a time, of whatever objective. */
export interface ThreadPool {
  readonly workers: number;
  /**
   * @param objective URL of a module whose default export is the objective
   * @throws BrokenExecutor where no thread begins
   */
  run(objective: string, job: TrialJob, events: TrialEvents, signal: AbortSignalLike): Promise<JobOutcome>;
  close(): Promise<void>;
}

/**
 * @param file URL of what its threads run
 * @throws PlateauError `usage`
 */
export function threadPool(options: ThreadsOptions = {}, file = WORKER): ThreadPool {
  const { workers = availableParallelism(), resourceLimits } = options;
  requireWorkers(workers);
  if (resourceLimits) requireLimits();
  compile("strict");
  const workerData: ThreadData = { modules: compiled(), tile: gemmTile() };
  const pool = startPool({
    filename: file,
    minThreads: workers,
    maxThreads: workers,
    workerData,
    // Piscina's blocking wait would keep messages of a trial that has just ended from being sent.
    atomics: "async",
    ...(resourceLimits ? { resourceLimits } : {}),
  });
  // A thread that ends while it is idle is replaced, and nobody has lost anything.
  pool.on("error", () => {});
  const beginnings = new Beginnings(pool);
  return {
    workers,
    run: (...trial) => runWhereOneBegins(pool, beginnings, ...trial),
    close: () => pool.destroy(),
  };
}

type Pool = Piscina<TrialTask, JobOutcome | Unbegun>;

/** @throws PlateauError `memory` where the system starts no thread */
function startPool(options: ConstructorParameters<typeof Piscina>[0]): Pool {
  const started = new Set<Worker>();
  const see = (thread: Worker) => started.add(thread);
  process.on("worker", see);
  // Node tells of threads in the next tick.
  setImmediate(() => process.off("worker", see));
  try {
    return new Piscina(options);
  } catch (cause) {
    // Those that were started before one was not would keep the process, and there is no pool to end them.
    setImmediate(() => {
      for (const thread of started) void thread.terminate();
    });
    if ((cause as NodeJS.ErrnoException).code !== "ERR_WORKER_INIT_FAILED") throw cause;
    throw noThread(cause);
  }
}

/**
 * Bun would take no notice of limits, and of a thread that passes them Deno (2.9) never says that it has ended, so
 * that its trial would run for ever.
 * @throws PlateauError `usage`
 */
function requireLimits(): void {
  const { bun, deno } = process.versions;
  if (!bun && !deno) return;
  throw new PlateauError(
    "usage",
    `executor: resourceLimits are kept by Node alone, not by ${bun ? "Bun" : "Deno"}: leave them out`,
  );
}

/**
 * Runs trials on worker threads, each at most one at a time.
 * @param objective URL of a module whose default export is the objective
 * @throws PlateauError `usage`
 */
export function threadsExecutor(objective: string, options: ThreadsOptions = {}): Executor & AsyncDisposable {
  requireArguments("threadsExecutor", { objective: [objective, "text"], options: [options, "object?"] });

  const pool = threadPool(options);
  return {
    workers: pool.workers,
    run: (job, events, signal) => pool.run(objective, job, events, signal),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** A thread that ends before it has begun is no trial's doing: another takes the trial, as long as any begins. */
async function runWhereOneBegins(
  pool: Pool,
  beginnings: Beginnings,
  ...trial: Parameters<ThreadPool["run"]>
): Promise<JobOutcome> {
  const [, , , signal] = trial;
  for (let tries = 1; ; tries++) {
    beginnings.require();
    const ended = await runInThread(pool, beginnings, ...trial);
    if (!("unbegun" in ended)) return ended;
    if (signal.aborted) return { kind: "aborted" };
    beginnings.require();
    if (tries >= pool.maxThreads + MOST_TRIES) return threadFailure(ended.unbegun);
  }
}

async function runInThread(
  pool: Pool,
  beginnings: Beginnings,
  objective: string,
  job: TrialJob,
  events: TrialEvents,
  signal: AbortSignalLike,
): Promise<JobOutcome | Unbegun> {
  const { port1, port2 } = new MessageChannel();
  const timers: NodeJS.Timeout[] = [];
  const stop = new SharedArrayBuffer(4);
  const kill = new AbortController();
  let late = false;
  let began = false;
  let said: JobOutcome | undefined;
  const fail = (error: unknown) => {
    // Whoever listens has failed, not the trial: it ends, and what went wrong is told.
    said = failure(error);
    kill.abort();
  };
  const onMessage = (message: FromTrial) => {
    if (message.kind === "outcome") said = message.outcome;
    else if (message.kind === "began") {
      began = true;
      limit.begin();
    } else if (message.kind === "progress") tellProgress(events, message).catch(fail);
    else limit.without(answer(port1, events, message)).catch(fail);
  };
  port1.on("message", onMessage);

  const limit = new TimeLimit(job.timeLimit, () => {
    late = true;
    kill.abort();
  });
  const requestStop = () => {
    Atomics.store(new Int32Array(stop), 0, 1);
    timers.push(setTimeout(() => kill.abort(), GRACE_MILLISECONDS));
  };
  if (signal.aborted) requestStop();
  else signal.addEventListener("abort", requestStop, { once: true });
  const forget = beginnings.whenBroken(() => kill.abort());
  try {
    const task: TrialTask = { objective, job, port: port2, stop };
    const running = pool.run(task, { transferList: [port2], signal: kill.signal });
    beginnings.look();
    const ended = await running;
    if ("unbegun" in ended) beginnings.fail(ended.unbegun);
    return ended;
  } catch (error) {
    if (said) return said;
    if (late) return failed("time-limit", `it ran for longer than its limit of ${job.timeLimit} s`);
    if (signal.aborted) return { kind: "aborted" };
    // What the thread said last may not have arrived yet.
    for (let left = receiveMessageOnPort(port1); left; left = receiveMessageOnPort(port1))
      onMessage(left.message);
    return said ?? (began ? threadFailure(error) : { unbegun: error });
  } finally {
    forget();
    signal.removeEventListener("abort", requestStop);
    limit.end();
    for (const timer of timers) clearTimeout(timer);
    port1.close();
  }
}

async function tellProgress(
  events: TrialEvents,
  { place, done, total }: Extract<FromTrial, { kind: "progress" }>,
): Promise<void> {
  events.progress(place, done, total);
}

/** Answers come in the order of the questions: a trial asks one at a time. */
async function answer(
  port: MessagePort,
  events: TrialEvents,
  message: Exclude<FromTrial, { kind: "began" | "outcome" | "progress" }>,
): Promise<void> {
  let decision: Decision = "continue";
  switch (message.kind) {
    case "report":
      decision = await events.report(message.report);
      break;
    case "replicate":
      decision = await events.replicate(message.place, message.replicate);
      break;
    case "checkpoint":
      await events.checkpoint(message.bytes);
      break;
  }
  port.postMessage(decision satisfies ToTrial);
}

function threadFailure(error: unknown): JobOutcome {
  const { message = String(error), code } = error as { message?: string; code?: string };
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return failed("memory", "its thread ran out of JavaScript heap and was replaced");
  }
  const denied = deniedPermission(error);
  if (denied) return failed("permission", `its thread could not begin: ${denied}`);
  return failed("internal", `its thread ended and was replaced: ${message}`);
}

const failed = (code: "internal" | "memory" | "permission" | "time-limit", message: string): JobOutcome => ({
  kind: "failed",
  again: true,
  error: { code, message },
});
