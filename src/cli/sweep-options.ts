import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import type { ExperimentInput } from "../experiments/config.js";
import type { TrainingStudyInput } from "../experiments/sweep/open.js";
import { presets } from "../experiments/sweep/presets.js";
import type { Named, StudyInput } from "../sweep/definition.js";
import { pruners } from "../sweep/pruners/registry.js";
import { requireTrials, requireWorkers } from "../sweep/run/require.js";
import { samplers } from "../sweep/samplers/registry.js";
import { readConfigFile } from "../sweep/space/read.js";
import type { SpaceInput } from "../sweep/space/space.js";
import { check, positive, whole } from "../validate.js";
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
}

/** What `plateau sweep` was told, flags and configuration file together. */
export interface SweepRequest {
  readonly file: string;
  readonly name?: string;
  /** Absent where only a stored study is to be continued. */
  readonly study?: TrainingStudyInput | StudyInput;
  readonly trials: number;
  readonly workers: number;
  readonly timeLimit?: number;
  readonly checkpointEvery?: number;
  readonly memory?: number;
}

const group = "Sweep:";
const listed = (names: Iterable<string>) => [...names].join(", ");

/** Adds every option of a sweep, those of training included: they hold for all trials. */
export function addSweepOptions(command: Command): void {
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
      `what varies: JSON or YAML file, or ${listed(Object.keys(presets))} (default study)`,
    ),
    new Option(
      "--sampler <name[:options]>",
      `${listed(samplers.keys())} (default tpe); tpe:startup=20`,
    ).argParser((text: string) => parseNamed("--sampler", text)),
    new Option(
      "--pruner <name[:options]>",
      `${listed(pruners.keys())} (default none); asha:reduction=3`,
    ).argParser((text: string) => parseNamed("--pruner", text)),
    new Option(
      "--objective <metric|module>",
      "validation.rmse, test.failureRate.1, …, or a module (default: what validation minimises)",
    ),
    new Option("--direction <direction>", "minimize or maximize (default: what is better of the objective)"),
    number("--seeds <count>", "seeds that each configuration is run on (default 1)"),
    number("--lookahead <trials>", "trial n goes by trials up to n − lookahead (default 8)"),
    number("--retries <count>", "tries after a trial breaks down (default 2)"),
    number("--time-limit <seconds>", "longest that a trial may run (default: no limit)"),
    number("--memory <MiB>", "memory that running trials may take together (default: 90% of what is free)"),
    number("--checkpoint-every <seconds>", "seconds between checkpoints of a trial (default 30)"),
    new Option("--resume", "continue the study of that name, where there is one"),
    new Option("--retry-failed", "with --resume: run failed trials again"),
    new Option("--json", "print JSON lines: one a finished trial, last the summary"),
    new Option("--quiet", "no live view, no notes"),
  ];
  for (const option of options) command.addOption(option.helpGroup(group));
  addTrainOptions(command);
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
  const isFile = argument !== undefined && /\.(json|ya?ml)$/i.test(argument);
  const { run, config } = isFile ? await readConfig(argument) : { run: {}, config: {} };
  const target = isFile ? undefined : argument;
  const common = {
    file: flags.study ?? run.study ?? DEFAULT_FILE,
    trials: flags.trials ?? run.trials ?? DEFAULT_TRIALS,
    workers: flags.workers ?? run.workers ?? availableParallelism(),
    timeLimit: positiveFlag("--time-limit", flags.timeLimit) ?? run.timeLimit,
    checkpointEvery: positiveFlag("--checkpoint-every", flags.checkpointEvery) ?? run.checkpointEvery,
    memory: mebibytes(positiveFlag("--memory", flags.memory) ?? run.memory),
  };
  requireTrials(common.trials);
  requireWorkers(common.workers);
  const study = await studyInput(target, flags, config);
  const name = flags.name ?? (study?.name as string | undefined);
  return { ...common, ...(name === undefined ? {} : { name }), ...(study ? { study } : {}) };
}

const mebibytes = (count: number | undefined) => (count === undefined ? undefined : count * 2 ** 20);

function positiveFlag(flag: string, value: number | undefined): number | undefined {
  if (value === undefined || value > 0) return value;
  throw new PlateauError("usage", `${flag} ${value}: expected a number above 0`);
}

/** What a study is, as a configuration file has it: checked when the study is defined. */
type StudyConfig = Partial<Omit<TrainingStudyInput, "space">> & { space?: SpaceInput | string };

/** How a study is run, as a configuration file has it. */
const runSchema = v.strictObject({
  study: v.optional(v.string("expected a file's path")),
  trials: v.optional(whole(1)),
  workers: v.optional(whole(1, 1024)),
  timeLimit: v.optional(positive),
  checkpointEvery: v.optional(positive),
  /** MiB. */
  memory: v.optional(positive),
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
  const isRun = ([key]: [string, unknown]) => Object.hasOwn(runSchema.entries, key);
  const entries = Object.entries(value);
  const run = check(path, runSchema, Object.fromEntries(entries.filter(isRun)));
  return { run, config: Object.fromEntries(entries.filter((entry) => !isRun(entry))) };
}

async function studyInput(
  target: string | undefined,
  flags: SweepFlags,
  config: StudyConfig,
): Promise<TrainingStudyInput | StudyInput | undefined> {
  const { seed, target: flagged, ...fixed } = givenInput(target, flags) as Partial<ExperimentInput>;
  const { target: configured, experiment, space: configuredSpace, ...rest } = config;
  const chosen = flagged ?? configured;
  const space = flags.space === undefined ? configuredSpace : await readSpace(flags.space);
  const objective = flags.objective ?? rest.objective;
  const asked = chosen !== undefined || space !== undefined || objective !== undefined;
  if (!asked) {
    if (Object.keys(fixed).length === 0 && flags.sampler === undefined && flags.pruner === undefined)
      return undefined;
    throw new PlateauError(
      "usage",
      "no target given: name m2n1, m4n3 or another of plateau targets, or a configuration file",
    );
  }
  const set = Object.fromEntries(
    (["sampler", "pruner", "direction", "seeds", "lookahead", "retries"] as const)
      .map((key) => [key, flags[key]])
      .filter(([, value]) => value !== undefined),
  );
  const common = {
    ...rest,
    ...set,
    name: flags.name ?? rest.name ?? chosen ?? "study",
    ...(seed === undefined ? {} : { seed }),
  };
  if (chosen === undefined) {
    if (space === undefined || typeof space === "string" || objective === undefined) {
      throw new PlateauError(
        "usage",
        "a sweep without a target needs a module (--objective) and a space (--space FILE)",
      );
    }
    return { ...common, space, objective };
  }
  return {
    ...common,
    target: chosen,
    experiment: { ...experiment, ...fixed },
    ...(space === undefined ? {} : { space }),
    ...(objective === undefined ? {} : { objective }),
  };
}

async function readSpace(given: string): Promise<SpaceInput | string> {
  if (!/\.(json|ya?ml)$/i.test(given)) return given;
  return (await readConfigFile(given)) as SpaceInput;
}
