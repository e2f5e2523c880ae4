import { describeFamily, type TargetDescription } from "../../targets/describe.js";
import { targetFamilies } from "../../targets/registry.js";
import { print, printJson, table } from "../output.js";
import { type CliCommand, examples } from "./command.js";

/** What `plateau targets --json` prints. */
export interface TargetList {
  targets: TargetDescription[];
}

const NOTE = `Tokens: of an input → of an output, each of one number unless --dim asks for more (m2n1, m4n3: of 4).
Parameters in order or by name: "sine(3)", "cusp(alpha=0.25)". Your own: "sin(6*x) + abs(y) on x=-1:1,y=0:2".`;

export const targets: CliCommand = {
  name: "targets",
  define(program, exit) {
    program
      .command("targets")
      .description("list the functions that a model can be trained on")
      .option("--json", "print one JSON document")
      .addHelpText("after", examples("plateau targets", "plateau targets --json"))
      .action((options: { json?: boolean }) => {
        const list: TargetList = { targets: targetFamilies.map(describeFamily) };
        if (options.json) printJson(list);
        else print(describe(list));
        exit(0);
      });
  },
};

function describe({ targets }: TargetList): string {
  const rows = targets.map(({ signature, inputs, outputs, smoothness, description }) => [
    signature,
    `${inputs} → ${outputs}`,
    smoothness,
    description,
  ]);
  return `${table(["target", "tokens", "smoothness", "what it is"], rows, ["left", "right", "left", "left"])}\n${NOTE}`;
}
