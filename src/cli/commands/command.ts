import type { Command } from "commander";

/** One command of the CLI: its own file, and one line in the registry. */
export interface CliCommand {
  readonly name: string;
  /** Adds the command to the program. Its action hands the exit code to `exit`. */
  define(program: Command, exit: (code: number) => void): void;
}

/** Help text that shows how a command is used. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
