import { report } from "./report.js";

/**
 * Ends the process with one line for what nobody catches: of a thread that cannot be started in another's place, of a
 * stream. What was stored is there to be continued from.
 */
export function reportUncaught(args: readonly string[]): void {
  process.on("uncaughtException", (error) => {
    process.exit(report(error, args.includes("--json"), args[0] === "sweep"));
  });
}
