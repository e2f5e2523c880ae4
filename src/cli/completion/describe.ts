import type { Argument, Command, Option } from "commander";
import { suggestionsOf } from "./suggest.js";

/** What an argument or the value of an option is, and what a shell offers for it. */
export interface ValueDescription {
  /** As the help text calls it. */
  readonly name: string;
  readonly required: boolean;
  readonly variadic: boolean;
  /** Values that can be offered. Only these are taken where `exhaustive`. */
  readonly values?: readonly string[];
  readonly exhaustive: boolean;
  /** Whether it is the name of a file or of a folder. */
  readonly path?: "file" | "folder";
}

export interface OptionDescription {
  readonly long: string;
  readonly short?: string;
  readonly description: string;
  /** Absent where the option is a switch. */
  readonly value?: ValueDescription;
  readonly default?: unknown;
  readonly mandatory: boolean;
}

export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly (ValueDescription & { readonly description: string })[];
  readonly options: readonly OptionDescription[];
  readonly commands: readonly CommandDescription[];
}

const HELP: OptionDescription = {
  long: "--help",
  short: "-h",
  description: "display help for command",
  mandatory: false,
};

/** A command with its options, arguments and commands, as it was defined. */
export function describeCommand(command: Command): CommandDescription {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      ...describeValue(argument, argument.name(), argument.required),
      description: argument.description,
    })),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), HELP],
    commands: command.commands.map(describeCommand),
  };
}

/** A command and all below it, each with the words that lead to it. */
export function* walk(
  command: CommandDescription,
  path: readonly string[] = [command.name],
): Generator<{ readonly path: readonly string[]; readonly command: CommandDescription }> {
  yield { path, command };
  for (const below of command.commands) yield* walk(below, [...path, below.name]);
}

function optionOf(option: Option): OptionDescription {
  const { long, short, description, defaultValue, mandatory } = option;
  const [, name] = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags) ?? [];
  return {
    long: long!,
    ...(short ? { short } : {}),
    description,
    ...(name === undefined ? {} : { value: describeValue(option, name, option.required) }),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    mandatory,
  };
}

function describeValue(of: Option | Argument, name: string, required: boolean): ValueDescription {
  const values = suggestionsOf(of);
  const exhaustive = of.argChoices !== undefined;
  const path = pathOf(name);
  const { variadic } = of;
  return { name, required, variadic, ...(values ? { values } : {}), exhaustive, ...(path ? { path } : {}) };
}

/** Paths are known by what the help text calls them. */
function pathOf(name: string): ValueDescription["path"] {
  const words = name.split("|");
  if (words.some((word) => ["file", "path", "config", "module", "report"].includes(word))) return "file";
  return words.some((word) => ["dir", "run"].includes(word)) ? "folder" : undefined;
}
