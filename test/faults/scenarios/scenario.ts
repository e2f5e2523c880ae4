import { runCli } from "../../../src/cli/program.js";

/** What a command came to. */
export interface Told {
  readonly code: number;
  readonly stderr: string;
}

/** Something that a user begins, that may fail anywhere, and that is then continued. */
export interface Scenario {
  readonly name: string;
  /** Where faults are injected: names of injectors. */
  readonly by: readonly string[];
  /** Whether a kill at a point ends the process that begins it. Default: it does. */
  endsItself?(by: string, point: string): boolean;
  /** Files that go with the process only, as it has them open. */
  readonly lingers?: RegExp;
  /** Starts what it needs beside it, for all its trials. */
  open?(): Promise<AsyncDisposable>;
  /** What lies ready before. */
  prepare(folder: string): void;
  begin(folder: string): Promise<Told>;
  /** As the user does it who reads what was said. */
  resume(folder: string): Promise<Told>;
  /** All that has to be the same to the last bit, as text. */
  outcome(folder: string): Promise<string>;
}

/** Runs the command line in this process. */
export const plateau = (args: readonly string[]): Promise<Told> => telling(() => runCli(args));

/** Runs something that writes to stderr and comes to an exit code. */
export async function telling(run: () => Promise<number>): Promise<Told> {
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  let told = "";
  stdout.write = (() => true) as typeof out;
  stderr.write = ((text: string | Uint8Array) => {
    told += text;
    return true;
  }) as typeof err;
  try {
    return { code: await run(), stderr: told };
  } finally {
    stdout.write = out;
    stderr.write = err;
  }
}

/** A model of milliseconds. */
export const small = [
  ...["--d-model", "4", "--ff", "4", "--heads", "1", "--layers", "1", "--batch", "8"],
  ...["--train-rows", "64", "--validation-rows", "16", "--test-rows", "16"],
];
