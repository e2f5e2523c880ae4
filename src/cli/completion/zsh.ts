import type { CommandDescription, OptionDescription, ValueDescription } from "./describe.js";

/** A script for zsh: to be sourced behind `compinit`, or a file `_plateau` on its `fpath`. */
export function zsh(program: CommandDescription): string {
  const { name } = program;
  return `#compdef ${name}
# Completion of ${name} for zsh: into a folder of $fpath, before compinit,
#   ${name} completion zsh > ~/.zfunc/_${name}
${functions(program, [name])}
if [[ \${funcstack[1]} == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

/** A function for the command, and one for each below it. */
function functions(command: CommandDescription, path: readonly string[]): string {
  const own = functionOf(path);
  const options = command.options.map(optionSpec);
  if (command.commands.length === 0) {
    const specs = [...options, ...command.arguments.map(argumentSpec)];
    return `${own}() {\n  _arguments -s -S \\\n    ${specs.join(" \\\n    ")}\n}\n`;
  }
  const names = command.commands.map(({ name, description }) => quoted(`${plain(name)}:${description}`));
  const cases = command.commands.map(({ name }) => `      ${name}) ${functionOf([...path, name])} ;;`);
  const below = command.commands.map((one) => functions(one, [...path, one.name]));
  return `${own}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
    ${names.join("\n    ")}
  )
  _arguments -C \\
    ${options.join(" \\\n    ")} \\
    '1: :->command' \\
    '*:: :->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    case $line[1] in
${cases.join("\n")}
    esac
    ;;
  esac
}

${below.join("\n")}`;
}

const functionOf = (path: readonly string[]) => `_${path.join("_")}`;

function optionSpec({ long, short, description, value }: OptionDescription): string {
  const told = `[${plain(description)}]`;
  // An option may come again where it is repeatable; to offer all again is the lesser evil.
  const names = short ? `'*'{${short},${long}${value ? "=" : ""}}` : `'*'${long}${value ? "=" : ""}`;
  return `${names}${quoted(`${told}${value ? `:${plain(value.name)}:${action(value)}` : ""}`)}`;
}

function argumentSpec(value: ValueDescription): string {
  const optional = value.required ? "" : ":";
  return quoted(
    value.variadic
      ? `*:${plain(value.name)}:${action(value)}`
      : `:${optional}${plain(value.name)}:${action(value)}`,
  );
}

function action({ values, path }: ValueDescription): string {
  if (values) return `(${values.map((value) => plain(value).replaceAll(/([ ()])/g, "\\$1")).join(" ")})`;
  if (path) return path === "file" ? "_files" : "_files -/";
  // Nothing is offered, which is said.
  return " ";
}

/** Without meaning in what `_arguments` reads. */
const plain = (text: string) => text.replaceAll(/([\\[\]:])/g, "\\$1");

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
