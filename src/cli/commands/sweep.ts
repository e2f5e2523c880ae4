import { PlateauError, quote } from "../../errors.js";
import { addSweepOptions, type SweepFlags } from "../sweep-options.js";
import { targetArgument } from "../target.js";
import { type CliCommand, examples } from "./command.js";

export const sweep: CliCommand = {
  name: "sweep",
  define(program, exit) {
    const command = program
      .command("sweep")
      .description("search hyperparameters by training many models on all cores")
      .addArgument(
        targetArgument(
          "[target|config...]",
          "targets, or .json, .yaml files with target, space and other options: a study each",
        ),
      );
    addSweepOptions(command);
    command
      .addHelpText(
        "after",
        examples(
          "plateau sweep m2n1 --study runs.sqlite --trials 40 --seed 1",
          "plateau sweep m2n1 --study runs.sqlite --trials 80 --resume    # 40 more",
          "plateau sweep m2n1 m4n3 --study both.sqlite",
          'plateau sweep "sine(3)" --space space.yaml --sampler tpe --pruner asha --objective validation.rmse',
          "plateau sweep --objective ./objective.mjs --space space.json --name mine",
          "plateau study best runs.sqlite",
        ),
      )
      .action(async (given: string[], flags: SweepFlags) => exit(await execute(given, flags)));
  },
};

/** SQLite and worker threads are loaded when they are needed: other commands start faster without. */
async function execute(given: readonly string[], flags: SweepFlags): Promise<number> {
  const { runSweep } = await import("../sweep.js");
  if (given.length > 1 && flags.name !== undefined) {
    throw new PlateauError(
      "usage",
      `--name ${quote(flags.name)} with ${given.length} studies: each is named by its target`,
    );
  }
  let code = 0;
  for (const one of given.length > 0 ? given : [undefined]) code = Math.max(code, await runSweep(one, flags));
  return code;
}
