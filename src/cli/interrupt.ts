import { exitCodes } from "./report.js";

const signals = ["SIGINT", "SIGTERM"] as const;

/** A signal that comes so soon after the first is the same wish: `timeout` tells a process, then its group. */
const SAME_MILLISECONDS = 500;

/**
 * Turns the first SIGINT or SIGTERM into an AbortSignal, so that work can be saved; a later one ends the process at
 * once. `dispose` gives the signals back.
 * @param resume the command that continues what is stopped at once; undefined where nothing is kept
 */
export function interruptible(
  onFirst?: () => void,
  resume?: () => string | undefined,
): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  let first = 0;
  const stop = () => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
      onFirst?.();
    } else if (performance.now() - first > SAME_MILLISECONDS) {
      const command = resume?.();
      process.stderr.write(
        `stopped at once: nothing was saved since the last checkpoint${command ? `, continue with: ${command}` : ""}\n`,
      );
      process.exit(exitCodes.interrupted);
    }
  };
  for (const signal of signals) process.on(signal, stop);
  const dispose = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  return { signal: controller.signal, dispose };
}
