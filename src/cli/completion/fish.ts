import { type CommandDescription, type ValueDescription, walk } from "./describe.js";

/** A script for fish 3 or later. */
export function fish(program: CommandDescription): string {
  const { name } = program;
  const all = [...walk(program)];
  const below = all.slice(1).map(({ path }) => quoted(path.join(" ")));
  return `# Completion of ${name} for fish:
#   ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_at
    set -l at ${name}
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${below.join(" ")}
                set at "$at $word"
        end
    end
    test "$at" = "$argv"
end
complete -c ${name} -f
${all.flatMap(({ path, command }) => linesOf(command, path, name)).join("\n")}
`;
}

function linesOf(command: CommandDescription, path: readonly string[], name: string): string[] {
  const at = `complete -c ${name} -n ${quoted(`__${name}_at ${path.join(" ")}`)}`;
  const options = command.options.map(
    ({ long, short, description, value }) =>
      `${at} -l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ""}${value ? ` ${offer(value)}` : ""} -d ${quoted(description)}`,
  );
  const commands = command.commands.map((one) => `${at} -a ${one.name} -d ${quoted(one.description)}`);
  const values = command.arguments.slice(0, 1).flatMap((argument) => {
    const offered = offer(argument).replace(/^-x ?|^-r /, "");
    return offered ? [`${at} ${offered}`] : [];
  });
  return [...commands, ...values, ...options];
}

/** `-x`: a value that is no file; `-r -F`: one that is. */
function offer({ values, path }: ValueDescription): string {
  if (values)
    return `-x -a ${quoted(values.map((value) => value.replaceAll(/([ ()$"'\\])/g, "\\$1")).join(" "))}`;
  if (path === "folder") return "-x -a '(__fish_complete_directories)'";
  return path === "file" ? "-r -F" : "-x";
}

const quoted = (text: string) => `'${text.replaceAll(/([\\'])/g, "\\$1")}'`;
