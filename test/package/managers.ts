import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { deno as runtime } from "../support/runtimes.js";

/** A package manager: how it installs plateau into an empty project, and how it runs what is there. */
export interface Manager {
  readonly name: string;
  /** The program that must be there, as `npm ci --prefix test/package-managers` puts them (Deno: `test/runtimes`). */
  readonly program?: string;
  /** Arguments of the installation; none where packages come when they are first imported. */
  readonly install?: readonly string[];
  /** Runs a module of the project. */
  readonly run: (file: string) => readonly string[];
  /** Runs the command line of the package. */
  readonly plateau: readonly string[];
  /** What an import of the package is called. */
  readonly specifier?: string;
  readonly environment?: (registry: string, cache: string) => Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const tools = resolve("test/package-managers/node_modules");
const node = process.execPath;
const yarn = join(tools, "@yarnpkg/cli-dist/bin/yarn.js");
const pnpm = join(tools, "pnpm/bin/pnpm.cjs");
const deno = runtime() ?? "";

const yarnOf = (linker: "node-modules" | "pnp"): Manager => ({
  name: `yarn, ${linker}`,
  program: yarn,
  install: [node, yarn, "add", "plateau"],
  run: (file) => [node, yarn, "node", file],
  plateau: [node, yarn, "plateau"],
  environment: (registry, cache) => ({
    YARN_NODE_LINKER: linker,
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_GLOBAL_FOLDER: join(cache, "yarn"),
    YARN_ENABLE_TELEMETRY: "0",
    // Set where CI is: a new project has no lockfile yet.
    YARN_ENABLE_IMMUTABLE_INSTALLS: "0",
  }),
  files: { "yarn.lock": "" },
});

export const managers: readonly Manager[] = [
  {
    name: "npm",
    install: ["npm", "install", "plateau", "--no-audit", "--no-fund", "--prefer-offline"],
    run: (file) => [node, file],
    plateau: ["npx", "--no-install", "plateau"],
  },
  {
    name: "pnpm",
    program: pnpm,
    install: [node, pnpm, "add", "plateau"],
    run: (file) => [node, file],
    plateau: [node, pnpm, "exec", "plateau"],
    environment: (_, cache) => ({ npm_config_store_dir: join(cache, "pnpm") }),
  },
  yarnOf("node-modules"),
  yarnOf("pnp"),
  {
    name: "Deno, npm: specifiers",
    program: deno,
    run: (file) => [deno, "run", "--allow-all", file],
    plateau: [deno, "run", "--allow-all", "npm:plateau"],
    specifier: "npm:plateau",
    environment: (_, cache) => ({ DENO_DIR: join(cache, "deno"), DENO_NO_UPDATE_CHECK: "1" }),
  },
];

/** Where managers keep what they have fetched: with them, for the next time. */
export const cache = join(tools, ".cache");

export function isThere({ program }: Manager): boolean {
  return program === undefined || existsSync(program);
}
