import { Command } from "commander";
import { version } from "../version.js";
import { commands } from "./commands/registry.js";
import { report } from "./report.js";

const HELP = `
Examples:
  $ plateau train m2n1 --seed 7
  $ plateau train m2n1 --mode classification --protocol study --steps 1000 --out runs/a
  $ plateau train --resume runs/a
  $ plateau eval runs/a --json
  $ plateau verify

Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.
With --json, stdout carries exactly one JSON document: the result, or {"error": {"code", "message"}}.`;

/** Runs the command line and returns its exit code. Nothing here ends the process. */
export async function runCli(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command("plateau")
    .description(
      "What can this Transformer approximate, what does training find, and what does the metric make of it?",
    )
    .version(version)
    .addHelpText("after", HELP)
    .exitOverride()
    // Errors are printed by `report`, in one form.
    .configureOutput({ outputError: () => {} });
  for (const { define } of commands) define(program, (result) => (code = result));
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const sweeps = args[0] === "sweep" || args[0] === "worker";
    return report(error, args.includes("--json"), sweeps, commandOf(program, args));
  }
}

/** The command that arguments name, as its help is asked for: "plateau study export". */
function commandOf(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let at: Command | undefined = program;
  for (const word of args) {
    at = at.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!at) break;
    names.push(at.name());
  }
  return names.join(" ");
}
