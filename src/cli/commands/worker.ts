import { Option } from "commander";
import { parseNumber } from "../number.js";
import type { WorkerFlags } from "../worker.js";
import { type CliCommand, examples } from "./command.js";

export const worker: CliCommand = {
  name: "worker",
  define(program, exit) {
    const number = (flags: string, help: string) =>
      new Option(flags, help).argParser((text: string) => parseNumber(flags.split(" ")[0], text));
    program
      .command("worker")
      .description(
        "run trials of sweeps over many machines, taken from Redis (plateau sweep --executor bullmq)",
      )
      .option(
        "--redis <url>",
        "redis://host:6379, rediss:// for TLS (default: PLATEAU_REDIS of the environment)",
      )
      .addOption(number("--threads <count>", "trials at a time (default: one a core)"))
      .addOption(
        new Option(
          "--objective <name=module>",
          "an objective of your own, by the name that sweeps have for it (repeatable)",
        ).argParser((text: string, before: string[] = []) => [...before, text]),
      )
      .addOption(
        number(
          "--memory <MiB>",
          "memory that running trials may take together (default: 90% of what is free)",
        ),
      )
      .option("--once", "end when no sweep is left, instead of waiting for the next")
      .option("--quiet", "no notes of trials that begin and end")
      .addHelpText(
        "after",
        examples(
          "plateau worker --redis redis://10.0.0.5:6379",
          "PLATEAU_REDIS=rediss://:password@redis.example:6379 plateau worker --threads 8",
          "plateau worker --redis redis://10.0.0.5:6379 --objective mine=./mine.mjs --once",
        ),
      )
      .action(async (flags: WorkerFlags) => exit(await execute(flags)));
  },
};

/** Worker threads are loaded when they are needed: other commands start faster without. */
async function execute(flags: WorkerFlags): Promise<number> {
  const { runWorkerCommand } = await import("../worker.js");
  return runWorkerCommand(flags);
}
