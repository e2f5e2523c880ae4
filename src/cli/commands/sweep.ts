import { addSweepOptions, type SweepFlags } from "../sweep-options.js";
import { type CliCommand, examples } from "./command.js";

export const sweep: CliCommand = {
  name: "sweep",
  define(program, exit) {
    const command = program
      .command("sweep")
      .description("search hyperparameters by training many models on all cores")
      .argument("[target|config]", "a target, or a .json, .yaml file with target, space and other options");
    addSweepOptions(command);
    command
      .addHelpText(
        "after",
        examples(
          "plateau sweep m2n1 --study runs.sqlite --trials 40 --seed 1",
          "plateau sweep m2n1 --trials 80 --resume                # 40 more",
          'plateau sweep "sine(3)" --space space.yaml --sampler tpe --pruner asha --objective validation.rmse',
          "plateau sweep --objective ./objective.mjs --space space.json --name mine",
          "plateau study best runs.sqlite",
        ),
      )
      .action(async (argument: string | undefined, flags: SweepFlags) =>
        exit(await execute(argument, flags)),
      );
  },
};

/** SQLite and worker threads are loaded when they are needed: other commands start faster without. */
async function execute(argument: string | undefined, flags: SweepFlags): Promise<number> {
  const { runSweep } = await import("../sweep.js");
  return runSweep(argument, flags);
}
