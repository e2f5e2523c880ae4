import { Console } from "node:console";

/**
 * Sends what is printed to standard error: standard output is for results, and what an objective's module prints
 * is for people. The console of Deno and, in the first thread, of Bun does not print by `process.stdout`, so it
 * is another one meanwhile.
 * @returns puts all back
 */
export function divertOutput(): () => void {
  const { write } = process.stdout;
  const { console } = globalThis;
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof write;
  globalThis.console = new Console(process.stderr, process.stderr);
  return () => {
    process.stdout.write = write;
    globalThis.console = console;
  };
}
