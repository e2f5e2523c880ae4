import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export { folder } from "../support/folder.js";

/** The command line as it is installed. */
export const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export interface Options {
  cwd?: string;
  env?: Record<string, string>;
  /** A command that runs the rest, such as `ip netns exec name`. */
  enter?: readonly string[];
}

/** Starts `plateau args…` with its output piped. */
export function start(args: readonly string[], options: Options = {}): Started {
  return startScript([main, ...args], options);
}

export function startScript(args: readonly string[], { cwd, env, enter = [] }: Options = {}): Started {
  const [command, ...rest] = [...enter, process.execPath, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, PLATEAU_DEBUG: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `plateau args…` to its end. */
export function plateau(args: readonly string[], options: Options = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** A run that takes a second, most of it to start. */
export const tiny = [
  ...["--d-model", "8", "--ff", "8", "--layers", "1", "--batch", "16", "--steps", "20"],
  ...["--train-rows", "1000", "--validation-rows", "100", "--test-rows", "200"],
];

/** The same model, trained for as long as nothing stops it. */
export const long = [...tiny, "--steps", "5000000", "--evaluate-every", "500"];

/** Resolves when a file is there. */
export async function appears(path: string, milliseconds = 60_000): Promise<void> {
  const until = Date.now() + milliseconds;
  while (!existsSync(path)) {
    if (Date.now() > until) throw new Error(`${path} did not appear within ${milliseconds} ms`);
    await sleep(5);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
