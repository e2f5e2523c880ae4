import { type CommandDescription, type ValueDescription, walk } from "./describe.js";

/** A script for bash 4 or later. Values with spaces in them are not offered: bash splits lists of words there. */
export function bash(program: CommandDescription): string {
  const { name } = program;
  const all = [...walk(program)];
  const below = all.slice(1).map(({ path }) => `"${path.join(" ")}"`);
  return `# Completion of ${name} for bash:
#   ${name} completion bash > ~/.local/share/bash-completion/completions/${name}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --option=value for three words.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  local at=${name} options= words= paths= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
    ${below.join(" | \\\n    ")}) at+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $previous" in
${all.flatMap(optionCases).join("\n")}
  *)
    case $at in
${all.map(commandCase).join("\n")}
    esac
    if [[ $current == -* ]]; then words=$options paths=
    # What follows an option that there is not is nothing that is known.
    elif [[ $previous == -* && " $options " != *" $previous "* ]]; then words= paths=
    fi
    ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -A "$paths" -- "$current")
  fi
}
complete -F _${name} ${name}
`;
}

type Place = { readonly path: readonly string[]; readonly command: CommandDescription };

/** What follows an option that takes a value. */
function optionCases({ path, command }: Place): string[] {
  return command.options.flatMap(({ long, short, value }) => {
    if (!value) return [];
    const names = [long, ...(short ? [short] : [])].map((name) => `"${[...path, name].join(" ")}"`);
    return [`  ${names.join(" | ")})${offer(value)} ;;`];
  });
}

/** What else can stand in a command: its options, its commands, its first argument's values. */
function commandCase({ path, command }: Place): string {
  const options = command.options.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
  const [argument] = command.arguments;
  const names = command.commands.map(({ name }) => name);
  const words = names.length > 0 ? ` words="${names.join(" ")}"` : argument ? offer(argument) : "";
  return `    "${path.join(" ")}") options="${options.join(" ")}"${words} ;;`;
}

function offer({ values = [], path }: ValueDescription): string {
  const words = values.filter((value) => /^[\w.:+-]+$/.test(value)).join(" ");
  const paths = path && (path === "file" ? "file" : "directory");
  return `${words ? ` words="${words}"` : ""}${paths ? ` paths=${paths}` : ""}`;
}
