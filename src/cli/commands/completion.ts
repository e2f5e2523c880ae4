import { Argument } from "commander";
import { describeCommand } from "../completion/describe.js";
import { shells } from "../completion/registry.js";
import { type CliCommand, examples } from "./command.js";

export const completion: CliCommand = {
  name: "completion",
  define(program, exit) {
    program
      .command("completion")
      .description("print a script by which a shell completes commands, options and their values")
      .addArgument(new Argument("<shell>", "which one").choices(Object.keys(shells)))
      .addHelpText(
        "after",
        examples(
          "plateau completion bash > ~/.local/share/bash-completion/completions/plateau",
          "plateau completion zsh > ~/.zfunc/_plateau    # a folder of fpath, before compinit",
          "plateau completion fish > ~/.config/fish/completions/plateau.fish",
        ),
      )
      .action((shell: string) => {
        process.stdout.write(shells[shell](describeCommand(program)));
        exit(0);
      });
  },
};
