import { describeCommand, walk } from "../completion/describe.js";
import { print, printJson, table } from "../output.js";
import { type CliCommand, examples } from "./command.js";

export const commandsCommand: CliCommand = {
  name: "commands",
  define(program, exit) {
    program
      .command("commands")
      .description("list the commands; with --json, their arguments, options and values, too")
      .option("--json", "print one JSON document")
      .addHelpText("after", examples("plateau commands", "plateau commands --json"))
      .action(({ json }: { json?: boolean }) => {
        const described = describeCommand(program);
        if (json) printJson(described);
        else {
          const rows = [...walk(described)]
            .slice(1)
            .map(({ path, command }) => [path.join(" "), command.description]);
          print(table(["command", "what it does"], rows, ["left", "left"]));
        }
        exit(0);
      });
  },
};
