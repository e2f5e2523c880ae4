import { exitCodes } from "./report.js";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Turns the first SIGINT or SIGTERM into an AbortSignal, so that work can be saved; a second one ends
 * the process at once. `dispose` gives the signals back.
 */
export function interruptible(onFirst?: () => void): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      process.stderr.write("stopped at once: nothing was saved since the last checkpoint\n");
      process.exit(exitCodes.interrupted);
    }
    controller.abort();
    onFirst?.();
  };
  for (const signal of signals) process.on(signal, stop);
  const dispose = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  return { signal: controller.signal, dispose };
}
