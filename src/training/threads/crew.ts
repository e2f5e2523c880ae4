import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PlateauError } from "../../errors.js";
import { pause } from "../../pause.js";
import { compile } from "../../runtime/compile.js";
import type { Engine } from "../../runtime/engine.js";
import { gemmTile } from "../../runtime/tile.js";
import type { Crew } from "../slices/crew.js";
import { Hands, rounds, tasks, type Work } from "../slices/work.js";
import { changes, type HelperData, takeTasks, WORDS } from "./control.js";

/** Seen from dist/src/training/threads. */
const HELPER = new URL("../../../workers/helper.js", import.meta.url);

/** How long the first thread waits before it lets timers, signals and the end of a helper through. */
const PATIENCE_MILLISECONDS = 25;

/**
 * The caller's thread and its helpers, over the memory of a shared engine. Helpers are plain worker threads and
 * no piscina pool: they live as long as the training, work on the same batch in step with each other, some
 * thousand rounds a second, and so wait for a word of shared memory and not for messages.
 * @param engine made with `shared`
 * @param threads the caller's included
 * @throws PlateauError `internal` where a helper does not start
 */
export async function threadCrew(engine: Engine, work: Work, threads: number): Promise<Crew> {
  const shared = new SharedArrayBuffer(4 * WORDS.length);
  const module = compile(engine.build, { shared: true });
  let lost: PlateauError | undefined;
  const helpers = Array.from({ length: threads - 1 }, () => {
    const scratch = engine.allocate(engine.kernels.scratchBytes());
    const data: HelperData = {
      module,
      memory: engine.memory,
      scratch,
      work,
      control: shared,
      tile: gemmTile(),
    };
    // What the process was started with, such as --input-type, is not for this file.
    const worker = new Worker(HELPER, { workerData: data, execArgv: [], name: "plateau training" });
    worker.on("error", (error) => (lost ??= lostThread(error)));
    worker.on("exit", (code) => (lost ??= lostThread(new Error(`exit code ${code}`))));
    return worker;
  });
  const end = async () => {
    await Promise.all(helpers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(helpers.map(begun));
  } catch (error) {
    await end();
    throw lost ?? error;
  }
  // A training that was forgotten does not keep the process.
  for (const worker of helpers) worker.unref();

  const control = new Int32Array(shared);
  const hands = new Hands(engine.kernels, engine.memory, work);
  return {
    async round(round, stopped) {
      if (lost) throw lost;
      let stop = false;
      // Helpers look at a word, the signal is the first thread's own.
      const stopAll = () => {
        if (!stop && stopped()) {
          stop = true;
          Atomics.store(control, WORDS.stop, 1);
        }
        return stop;
      };
      Atomics.store(control, WORDS.kind, rounds.indexOf(round));
      Atomics.store(control, WORDS.tasks, tasks(round, work));
      Atomics.store(control, WORDS.next, 0);
      Atomics.store(control, WORDS.done, 0);
      Atomics.store(control, WORDS.stop, 0);
      Atomics.add(control, WORDS.round, 1);
      Atomics.notify(control, WORDS.round);
      try {
        takeTasks(control, hands, round, stopAll);
        // Helpers may have left nothing to this thread, which alone can ask.
        stopAll();
      } catch (error) {
        lost = lostThread(error as Error);
        throw lost;
      }
      for (;;) {
        const done = Atomics.load(control, WORDS.done);
        if (done === helpers.length) return !stop;
        if (changes(control, WORDS.done, done)) continue;
        if (Atomics.wait(control, WORDS.done, done, PATIENCE_MILLISECONDS) !== "timed-out") continue;
        await pause();
        stopAll();
        if (lost) throw lost;
      }
    },
    dispose: end,
  };
}

/** @throws what a helper fails with before it is ready */
async function begun(worker: Worker): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    await Promise.race([
      once(worker, "message", { signal }),
      once(worker, "exit", { signal }).then(([code]) => {
        throw lostThread(new Error(`exit code ${code}`));
      }),
    ]);
  } finally {
    ended.abort();
  }
}

function lostThread(cause: Error & { code?: string }): PlateauError {
  const memory = cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  const how = memory ? "ran out of JavaScript heap" : `ended (${cause.message})`;
  return new PlateauError(
    memory ? "memory" : "internal",
    `a thread of the training ${how}: continue from a checkpoint, with any number of threads`,
    { cause },
  );
}
