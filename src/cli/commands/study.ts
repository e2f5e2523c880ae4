import { type Command, Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { type TrialState, trialStates } from "../../sweep/trial.js";
import { suggest } from "../completion/suggest.js";
import type { MergeFlags } from "../merge.js";
import type { Flags } from "../study.js";
import { type CliCommand, examples } from "./command.js";

type Name = Exclude<keyof typeof import("../study.js"), "formats">;

export const study: CliCommand = {
  name: "study",
  define(program, exit) {
    const command = program
      .command("study")
      .description("look at the studies of plateau sweep: ls, show, best, trials, export, rm; merge shards")
      .addHelpText(
        "after",
        examples(
          "plateau study ls runs.sqlite",
          "plateau study best runs.sqlite --name m2n1 --config best.json",
          "plateau study trials runs.sqlite --state complete",
          "plateau study export runs.sqlite --format csv -o trials.csv",
          "plateau study merge shard-*.sqlite -o whole.sqlite",
        ),
      );
    const add = (
      name: string,
      description: string,
      action: Name,
      options: (sub: Command) => void = () => {},
    ) => {
      const sub = command.command(name).description(description).argument("<file>", "SQLite file of studies");
      if (name !== "ls") sub.option("--name <name>", "which study (default: the only one)");
      options(sub);
      sub.action(async (file: string, flags: Flags) => exit(await execute(action, file, flags)));
    };
    const json = (sub: Command) => void sub.option("--json", "print one JSON document");
    add("ls", "list the studies of a file", "list", json);
    add("show", "what a study is, how far it is, and its best trials", "show", json);
    add("best", "the best trial, and how to train its model", "best", (sub) => {
      sub.option("--config <file>", "write its options, for plateau train --config");
      json(sub);
    });
    add("trials", "list trials by number", "trials", (sub) => {
      const states = suggest(
        new Option("--state <state>", `only trials of a state (repeatable): ${trialStates.join(", ")}`),
        trialStates,
      );
      sub.addOption(
        states.argParser((text: string, before: TrialState[] = []) => [...before, stateOf(text)]),
      );
      json(sub);
    });
    add("export", "all trials as a table or as JSON, by number", "exportStudy", (sub) => {
      sub.addOption(
        new Option(
          "--format <format>",
          "of the output (default: as its name ends; csv to standard output)",
        ).choices(["csv", "parquet", "json"]),
      );
      sub.option("-o, --output <file>", "where to (default: standard output)");
    });
    add("rm", "remove a study with all its trials", "remove");
    command
      .command("merge")
      .description("make the whole study of its shards, which plateau worker --shard made")
      .argument("<file...>", "SQLite files of the shards")
      .requiredOption(
        "-o, --output <file>",
        "SQLite file of the whole study: a new one, or to merge more into",
      )
      .option("--name <name>", "which study (default: the only one)")
      .option("--json", "print one JSON document")
      .action(async (files: string[], flags: MergeFlags) => {
        const { runMerge } = await import("../merge.js");
        exit(runMerge(files, flags));
      });
  },
};

function stateOf(text: string): TrialState {
  const state = trialStates.find((one) => one === text);
  if (state) return state;
  throw new PlateauError("usage", `--state ${quote(text)} is none of ${trialStates.join(", ")}`);
}

/** SQLite is loaded when it is needed: other commands start faster without. */
async function execute(action: Name, file: string, flags: Flags): Promise<number> {
  const actions = await import("../study.js");
  return actions[action](file, flags);
}
