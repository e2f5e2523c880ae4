import { CommanderError } from "commander";
import { type ErrorCode, PlateauError } from "../errors.js";
import { deniedPermission } from "../files/denied.js";
import { ioError } from "../files/io-error.js";
import { noThread } from "../sweep/executors/no-thread.js";
import { env } from "./env.js";
import { printJson } from "./output.js";

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The user stopped a command. `directory` holds what to continue from. */
export class Interruption extends PlateauError {
  readonly directory: string | undefined;

  constructor(message: string, directory?: string) {
    super("aborted", message);
    this.directory = directory;
  }
}

/**
 * Prints an error as one line on stderr, with `json` also as one JSON document on stdout.
 * PLATEAU_DEBUG=1 adds the stack.
 * @param lines whether the document is to be one line among others
 * @param command whose help tells what is taken
 * @returns the exit code
 */
export function report(error: unknown, json: boolean, lines = false, command = "plateau"): number {
  // Help and version: commander has printed what was asked for.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const { code, message: text } = describe(error, command);
  const message = text.replace(/\s*\n\s*/g, " ");
  process.stderr.write(code === "aborted" ? `${message}\n` : `error: ${message}\n`);
  if (env("PLATEAU_DEBUG") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (json) {
    const directory = error instanceof Interruption ? error.directory : undefined;
    const document = { error: { code, message, directory } };
    if (lines) process.stdout.write(`${JSON.stringify(document)}\n`);
    else printJson(document);
  }
  return exitCode(code);
}

function describe(error: unknown, command: string): { code: ErrorCode; message: string } {
  if (error instanceof PlateauError) return { code: error.code, message: error.message };
  if (error instanceof CommanderError) {
    const message = error.code === "commander.help" ? "no command given" : error.message;
    return { code: "usage", message: `${message.replace(/^error: /, "")} (see ${command} --help)` };
  }
  const denied = deniedPermission(error);
  const message = error instanceof Error ? error.message : String(error);
  if (denied) return { code: "permission", message: `${denied} (${message})` };
  if (error instanceof RangeError && /allocation|array (buffer )?length|out of memory/i.test(message)) {
    return {
      code: "memory",
      message: `the machine has no memory for arrays of that size (${message}): use fewer rows or a smaller dim`,
    };
  }
  if ((error as { code?: string } | null)?.code === "ERR_WORKER_INIT_FAILED") {
    return { code: "memory", message: noThread(error).message };
  }
  const refused = error as NodeJS.ErrnoException | null;
  if (error instanceof Error && refused?.syscall !== undefined && refused.code !== undefined) {
    // The file system's word against ours: it is no defect that it refused.
    const { code, message } = ioError(`cannot ${refused.syscall}`, refused.path ?? "", error);
    return { code, message };
  }
  const how = env("PLATEAU_DEBUG") ? "" : "; PLATEAU_DEBUG=1 shows where";
  return { code: "internal", message: `${message} (a defect of plateau${how})` };
}

function exitCode(code: ErrorCode): number {
  if (code === "usage" || code === "unknown-name") return exitCodes.usage;
  return code === "aborted" ? exitCodes.interrupted : exitCodes.failed;
}
