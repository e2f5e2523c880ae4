import { Option } from "commander";
import type { ShardFlags } from "../shard.js";
import { addSweepOptions } from "../sweep-options.js";
import { targetArgument } from "../target.js";
import { type CliCommand, examples } from "./command.js";

export const worker: CliCommand = {
  name: "worker",
  define(program, exit) {
    const command = program
      .command("worker")
      .description("run a part of a sweep on this machine: one shard of a grid, random or Sobol study")
      .addArgument(targetArgument("[target|config]", "as of plateau sweep: the same for every shard"))
      .addOption(
        new Option(
          "--shard <k/N>",
          "the k-th of N shards, from 1: into a file of its own, to be merged later",
        ),
      );
    addSweepOptions(command);
    command
      .addHelpText(
        "after",
        examples(
          "plateau worker --shard 1/3 m2n1 --sampler sobol --trials 60 --study shard-1.sqlite    # 2/3, 3/3 elsewhere",
          "plateau study merge shard-*.sqlite -o whole.sqlite",
          "# Slurm, --array=1-16: --shard $SLURM_ARRAY_TASK_ID/16",
          "# Kubernetes, completionMode: Indexed: --shard $((JOB_COMPLETION_INDEX + 1))/16",
        ),
      )
      .action(async (given: string | undefined, flags: ShardFlags) => exit(await execute(given, flags)));
  },
};

/** SQLite and worker threads are loaded when they are needed: other commands start faster without. */
async function execute(given: string | undefined, flags: ShardFlags): Promise<number> {
  const { runShard } = await import("../shard.js");
  return runShard(given, flags);
}
