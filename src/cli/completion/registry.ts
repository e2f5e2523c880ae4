import { bash } from "./bash.js";
import type { CommandDescription } from "./describe.js";
import { fish } from "./fish.js";
import { zsh } from "./zsh.js";

/** Scripts of completion, by shell: one line each. */
export const shells: Readonly<Record<string, (program: CommandDescription) => string>> = { bash, zsh, fish };
