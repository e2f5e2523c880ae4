import { Option } from "commander";
import { PlateauError } from "../../errors.js";
import { env } from "../env.js";
import { parseNumber } from "../number.js";
import { flagOf } from "../option-names.js";
import type { ShardFlags } from "../shard.js";
import { addSweepOptions } from "../sweep-options.js";
import { targetArgument } from "../target.js";
import type { WorkerFlags } from "../worker.js";
import { type CliCommand, examples } from "./command.js";

/** Flags of both ways to be a worker: only one of them is taken. */
type AnyFlags = Omit<ShardFlags, "objective" | "shard"> & WorkerFlags & { shard?: string };

export const worker: CliCommand = {
  name: "worker",
  define(program, exit) {
    const command = program
      .command("worker")
      .description("run trials of a sweep on this machine: those that Redis has, or one shard without Redis")
      .addArgument(
        targetArgument("[target|config]", "with --shard, as of plateau sweep: the same for every shard"),
      );
    const options = [
      new Option("--redis <url>", "redis://host:6379, rediss:// for TLS (default: PLATEAU_REDIS)"),
      new Option("--threads <count>", "trials at a time (default: one a core)").argParser((text: string) =>
        parseNumber("--threads", text),
      ),
      new Option("--once", "end when no sweep is left, instead of waiting for the next"),
    ];
    for (const option of options) command.addOption(option.helpGroup("Of plateau sweep --executor bullmq:"));
    command.addOption(
      new Option(
        "--shard <k/N>",
        "the k-th of N shards, from 1: into a file of its own, to be merged later",
      ).helpGroup("A shard of a grid, random or Sobol study:"),
    );
    addSweepOptions(command, {
      without: ["--executor", "--redis", "--objective"],
    });
    command
      .addOption(
        new Option(
          "--objective <metric|module|name=module>",
          "as of plateau sweep; of Redis: one of your own, by the name that sweeps have for it (repeatable)",
        ).argParser((text: string, before: string[] = []) => [...before, text]),
      )
      .addHelpText(
        "after",
        examples(
          "plateau worker --redis redis://10.0.0.5:6379",
          "PLATEAU_REDIS=rediss://:password@redis.example:6379 plateau worker --threads 8",
          "plateau worker --redis redis://10.0.0.5:6379 --objective mine=./mine.mjs --once",
          "plateau worker --shard 1/3 m2n1 --sampler sobol --trials 60 --study shard-1.sqlite    # 2/3, 3/3 elsewhere",
          "plateau study merge shard-*.sqlite -o whole.sqlite",
          "# Slurm, --array=1-16: --shard $SLURM_ARRAY_TASK_ID/16",
          "# Kubernetes, completionMode: Indexed: --shard $((JOB_COMPLETION_INDEX + 1))/16",
        ),
      )
      .action(async (given: string | undefined, flags: AnyFlags) => exit(await execute(given, flags)));
  },
};

/** What a worker of Redis is told; all else the sweep says. */
const OF_REDIS = new Set(["redis", "threads", "once", "objective", "memory", "quiet"]);

/** Worker threads, SQLite and Redis are loaded when they are needed: other commands start faster without. */
async function execute(given: string | undefined, flags: AnyFlags): Promise<number> {
  const refuse = (message: string) => {
    throw new PlateauError("usage", message);
  };
  const { redis, threads, objective, once: _, shard, ...ofShard } = flags;
  if (shard !== undefined) {
    if (redis !== undefined)
      refuse("--redis with --shard: a shard runs without Redis, leave out one of them");
    if (threads !== undefined) refuse("--threads with --shard: trials at a time are --workers there");
    if (objective && objective.length > 1)
      refuse(`--objective is given ${objective.length} times: a shard has one`);
    const { runShard } = await import("../shard.js");
    return runShard(given, { ...ofShard, shard, ...(objective ? { objective: objective[0] } : {}) });
  }
  if (redis === undefined && !env("PLATEAU_REDIS")) {
    refuse("which trials? give --redis redis://host:6379, or --shard k/N, such as --shard 1/16");
  }
  const stray = Object.keys(flags).find((name) => !OF_REDIS.has(name));
  if (stray !== undefined || given !== undefined) {
    if (stray === "workers") refuse("--workers is for --shard k/N: trials at a time are --threads here");
    refuse(
      `${stray === undefined ? given : flagOf(stray)} is for --shard k/N: a worker of Redis runs what its sweep says`,
    );
  }
  const { runWorkerCommand } = await import("../worker.js");
  return runWorkerCommand(flags);
}
