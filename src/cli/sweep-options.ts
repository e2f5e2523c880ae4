import { basename, dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import type { TrainingStudyInput } from "../experiments/sweep/open.js";
import { presets } from "../experiments/sweep/presets.js";
import { requireStudyOptions } from "../experiments/sweep/study-options.js";
import type { Named } from "../sweep/definition.js";
import { pruners } from "../sweep/pruners/registry.js";
import { runNumbers } from "../sweep/run/require.js";
import { samplers } from "../sweep/samplers/registry.js";
import { readConfigFile } from "../sweep/space/read.js";
import type { SpaceInput } from "../sweep/space/space.js";
import { check } from "../validate.js";
import { suggest } from "./completion/suggest.js";
import { parseNumber } from "./number.js";
import { addTrainOptions, givenInput, type TrainFlags } from "./train-options.js";

/** Trials of a sweep that does not say how many. */
export const DEFAULT_TRIALS = 50;
export const DEFAULT_FILE = "runs.sqlite";

export interface SweepFlags extends TrainFlags {
  study?: string;
  name?: string;
  trials?: number;
  workers?: number;
  space?: string;
  sampler?: Named;
  pruner?: Named;
  objective?: string;
  direction?: "minimize" | "maximize";
  seeds?: number;
  lookahead?: number;
  retries?: number;
  timeLimit?: number;
  memory?: number;
  retryFailed?: boolean;
  executor?: SweepExecutor;
  redis?: string;
}

/** Where trials run: on threads of this machine, or on workers of any that reach a Redis. */
export const sweepExecutors = ["threads", "bullmq"] as const;
export type SweepExecutor = (typeof sweepExecutors)[number];

/** What `plateau sweep` was told, flags and configuration file together. */
export interface SweepRequest {
  readonly file: string;
  /** What was said of the study: of one that is continued the rest is as it was. */
  readonly study: Partial<TrainingStudyInput>;
  readonly trials: number;
  /** Where it was given. */
  readonly workers?: number;
  readonly timeLimit?: number;
  readonly checkpointEvery?: number;
  readonly memory?: number;
}

const group = "Sweep:";
const listed = (names: Iterable<string>) => [...names].join(", ");

/**
 * Adds every option of a sweep, those of training included: they hold for all trials.
 * @param options.without those left out, by their long names
 */
export function addSweepOptions(
  command: Command,
  { without = [] }: { without?: readonly string[] } = {},
): void {
  const number = (flags: string, help: string) =>
    new Option(flags, help).argParser((text: string) => parseNumber(flags.split(" ")[0], text));
  const options = [
    new Option("--study <file>", `SQLite file of the study (default ${DEFAULT_FILE}); may hold many`),
    new Option("--name <name>", "name of the study in the file (default: the target)"),
    number("--trials <count>", `trials that the study is to have in all (default ${DEFAULT_TRIALS})`),
    number(
      "--workers <count>",
      "trials at a time (default: one a core); the study is the same on any number",
    ),
    new Option(
      "--space <file|preset>",
      `what varies: JSON or YAML file, or ${listed(Object.keys(presets))} (default: study for m2n1 and m4n3, else sound)`,
    ),
    suggest(
      new Option("--sampler <name[:options]>", `${listed(samplers.keys())} (default tpe); tpe:startup=20`),
      samplers.keys(),
    ).argParser((text: string) => parseNamed("--sampler", text)),
    suggest(
      new Option("--pruner <name[:options]>", `${listed(pruners.keys())} (default none); asha:reduction=3`),
      pruners.keys(),
    ).argParser((text: string) => parseNamed("--pruner", text)),
    new Option(
      "--objective <metric|module>",
      "validation.rmse, test.failureRate.1, …, or a module (default: what validation minimises)",
    ),
    suggest(
      new Option(
        "--direction <direction>",
        "minimize or maximize (default: what is better of the objective)",
      ),
      ["minimize", "maximize"],
    ),
    number("--seeds <count>", "seeds that each configuration is run on (default 1)"),
    number("--lookahead <trials>", "trial n goes by trials up to n − lookahead (default 8)"),
    number("--retries <count>", "tries after a trial breaks down (default 2)"),
    number("--time-limit <seconds>", "longest that a trial may run (default: no limit)"),
    number("--memory <MiB>", "memory that running trials may take together (default: 90% of what is free)"),
    number("--checkpoint-every <seconds>", "seconds between checkpoints of a trial (default 30)"),
    suggest(
      new Option(
        "--executor <name>",
        "threads: of this machine (default); bullmq: plateau worker, on any machines",
      ),
      sweepExecutors,
    ).argParser(parseExecutor),
    new Option("--redis <url>", "with --executor bullmq: redis://host:6379 (default: PLATEAU_REDIS)"),
    new Option("--resume", "continue the study of that name, where there is one"),
    new Option("--retry-failed", "with --resume: run failed trials again"),
    new Option("--json", "print JSON lines: one a finished trial, last the summary"),
    new Option("--quiet", "no live view, no notes"),
  ];
  for (const option of options) {
    if (!without.includes(option.long!)) command.addOption(option.helpGroup(group));
  }
  addTrainOptions(command);
}

function parseExecutor(text: string): SweepExecutor {
  const found = sweepExecutors.find((one) => one === text);
  if (found) return found;
  throw new PlateauError("usage", `--executor ${quote(text)} is none of ${sweepExecutors.join(", ")}`);
}

/** Reads name:key=value,key=value. @throws PlateauError `usage` */
export function parseNamed(flag: string, text: string): Named {
  const [, name, list] = /^([\w-]+)(?::(.*))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new PlateauError(
      "usage",
      `${flag} ${quote(text)}: give a name, or a name with options such as tpe:startup=20`,
    );
  }
  if (!list) return name;
  const options: Record<string, unknown> = {};
  for (const part of list.split(",")) {
    const [, key, value] = /^\s*(\w+)=(.*)$/.exec(part) ?? [];
    if (key === undefined)
      throw new PlateauError("usage", `${flag} ${quote(text)}: ${quote(part)} is not key=value`);
    options[key] = parseValue(value.trim());
  }
  return { name, ...options };
}

function parseValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text !== "" && Number.isFinite(number) ? number : text;
}

/**
 * @param argument a target, or a configuration file's path: one that ends in .json, .yaml or .yml
 * @throws PlateauError `usage`, `io`, `format`
 */
export async function sweepRequest(argument: string | undefined, flags: SweepFlags): Promise<SweepRequest> {
  const isFile = argument !== undefined && isConfig(argument);
  const { run, config } = isFile ? await readConfig(argument) : { run: {}, config: {} };
  const given = { ...run, ...defined(pick(flags, ["study", ...runFlags])) };
  const { study: file = DEFAULT_FILE, ...numbers } = check("sweep", runSchema, given);
  const { trials = DEFAULT_TRIALS, memory, ...rest } = numbers;
  const study = await studyInput(isFile ? undefined : argument, flags, config);
  return {
    file,
    trials,
    ...rest,
    ...(memory === undefined ? {} : { memory: memory * 2 ** 20 }),
    study,
  };
}

const runFlags = ["trials", "workers", "timeLimit", "checkpointEvery", "memory"] as const;
const isConfig = (text: string) => /\.(json|ya?ml)$/i.test(text);

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<Pick<T, K>>;
}

function defined<T extends object>(from: T): T {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as T;
}

/** What a study is, as a configuration file has it: checked when the study is defined. */
type StudyConfig = Partial<TrainingStudyInput>;

/** How a study is run, by flags or as a configuration file has it: `memory` in MiB. */
const runSchema = v.strictObject({
  ...runNumbers,
  trials: v.optional(runNumbers.trials),
  study: v.optional(v.string("expected a file's path")),
});

async function readConfig(
  path: string,
): Promise<{ run: v.InferOutput<typeof runSchema>; config: StudyConfig }> {
  const value = await readConfigFile(path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PlateauError(
      "usage",
      `${path} is ${quote(value)}: expected options of a sweep, such as target and space`,
    );
  }
  requireStudyOptions(path, value, Object.keys(runSchema.entries));
  const isRun = ([key]: [string, unknown]) => Object.hasOwn(runSchema.entries, key);
  const entries = Object.entries(value);
  const run = check(path, runSchema, Object.fromEntries(entries.filter(isRun)));
  const config: StudyConfig = Object.fromEntries(entries.filter((entry) => !isRun(entry)));
  if (typeof config.space !== "string") return { run, config };
  // A file that a file names lies beside it.
  return { run, config: { ...config, space: await readSpace(config.space, dirname(path)) } };
}

async function studyInput(
  target: string | undefined,
  flags: SweepFlags,
  config: StudyConfig,
): Promise<Partial<TrainingStudyInput>> {
  const { seed, target: flagged, ...fixed } = givenInput(target, flags);
  const space = flags.space === undefined ? {} : { space: await readSpace(flags.space, ".") };
  const chosen = defined({ target: flagged, seed });
  const named = defined(
    pick(flags, ["name", "objective", "sampler", "pruner", "direction", "seeds", "lookahead", "retries"]),
  );
  const experiment = { ...config.experiment, ...fixed };
  const given: Partial<TrainingStudyInput> = {
    ...{ ...config, ...chosen, ...named, ...space },
    ...(Object.keys(experiment).length > 0 ? { experiment } : {}),
  };
  const { name, target: wanted, objective } = given;
  if (name !== undefined || wanted !== undefined || objective === undefined) return given;
  // Of a module's study, as there is nothing else that would name it.
  return { ...given, name: basename(objective).replace(/\.\w+$/, "") };
}

async function readSpace(given: string, folder: string): Promise<SpaceInput | string> {
  if (!isConfig(given)) return given;
  return (await readConfigFile(resolve(folder, given))) as SpaceInput;
}
