import * as v from "valibot";
import { kindOf, PlateauError, quote } from "../../errors.js";
import type { StudyDefinition, StudyInput } from "../../sweep/definition.js";
import { isModule } from "../../sweep/modules.js";
import { random } from "../../sweep/samplers/random.js";
import { Space, type SpaceInput } from "../../sweep/space/space.js";
import type { Storage } from "../../sweep/storage/storage.js";
import { Study } from "../../sweep/study.js";
import { isTarget } from "../../targets/own.js";
import { check, flag, requireObject } from "../../validate.js";
import { type Experiment, type ExperimentInput, experimentSchema } from "../config.js";
import { parseMetric, protocolMetric } from "../metric.js";
import { resolveProtocol } from "../protocol.js";
import { findPreset, presets } from "./presets.js";
import { requireStudyOptions } from "./study-options.js";
import { loadTarget, studyTarget, targetUrl } from "./target-module.js";
import { type TrainingTask, trainingTask } from "./task.js";
import { trialOf } from "./trial.js";

/** The name that definitions have for the objective that trains a model. */
const TRAINING = "training";
/** Where plateau's own objectives are, by the name that definitions have for them. */
export const objectives = { [TRAINING]: new URL("./objective.js", import.meta.url).href };

/** Draws from a space that are looked at before a study is made. */
const EXAMPLES = 16;

/** A study of trained models: each trial trains one. */
export interface TrainingStudyInput extends Omit<StudyInput, "name" | "space" | "objective" | "task"> {
  /** Default: the target. */
  readonly name?: string;
  /**
   * By name, an expression on its domain, or the path or URL of a module whose default export `defineTarget` made,
   * which workers load. It is stored.
   */
  readonly target: string;
  /**
   * What varies, by the names that `defineExperiment` has: lr, layers, dModel, …, or with a dot
   * protocol.outputHead. A preset by its
   * name: study (default of m2n1 and m4n3), sound; without what `experiment` gives.
   */
  readonly space?: SpaceInput | string;
  /** Options that all trials have. */
  readonly experiment?: Omit<ExperimentInput, "target" | "seed">;
  /**
   * What is minimised, or maximised where more is better: validation. or test. with rmse, relativeL2, r2, sup,
   * failureRate.1 … 4 or matched.5, 10, 15, 20. Default: what validation minimises under the protocol.
   */
  readonly objective?: string;
  /** Whether trials that were trained to their end are judged on the test rows, too. Default true. */
  readonly test?: boolean;
}

/**
 * Opens a study: of trained models where it has a target, else of whatever objective it names or is run with.
 * Of one that there is, what is not given is as it was. Without a name it is named by its target or, without
 * one, is the only one there is.
 * @param storage a SQLite file's path, ":memory:", or a storage
 * @throws PlateauError `usage`, `unknown-name`, `io`, `study`
 */
export async function openStudy(
  storage: string | Storage,
  input: Partial<TrainingStudyInput> | Partial<StudyInput> = {},
): Promise<Study> {
  if (typeof input !== "object" || input === null) return Study.open(storage, input);
  const given = "target" in input ? requireStorable(input.target) : undefined;
  const target = given === undefined ? undefined : targetUrl(given);
  const name = await studyName(input);
  const complete = target !== undefined || "space" in input;
  const make = (stored: StudyDefinition | undefined) =>
    definition(target === undefined ? input : { ...input, target }, name, stored);
  return Study.open(storage, { name, complete, make }, objectives);
}

/**
 * The name of a study: the given one or, without one, its target's, whose module is loaded.
 * @throws PlateauError `usage`, `unknown-name`
 */
export async function studyName({
  name,
  target,
}: Partial<Pick<TrainingStudyInput, "name" | "target">>): Promise<string | undefined> {
  const url = requireStorable(target) && targetUrl(target!);
  if (url === undefined) return name;
  await loadTarget(url);
  // An unknown name is told of where the study is made.
  return name ?? (isModule(url) ? studyTarget(url).name : url);
}

/** @throws PlateauError `usage` where a target is none that can be stored */
function requireStorable(target: unknown): string | undefined {
  if (target === undefined || typeof target === "string") return target;
  const own = isTarget(target) ? `the target ${quote(target.name)} itself` : kindOf(target);
  throw new PlateauError(
    "usage",
    `study: target is ${own}: a study is stored as plain data and its workers load what they need, so give a name, an expression on its domain, or the path of a module whose default export is defineTarget({ … })`,
  );
}

async function definition(
  input: Partial<TrainingStudyInput> | Partial<StudyInput>,
  name: string | undefined,
  stored: StudyDefinition | undefined,
): Promise<Partial<StudyInput>> {
  const named = name === undefined ? {} : { name };
  const { name: _, samplers, pruners, ...more } = input;
  // Who only looks at a study loads no module that it names.
  if (stored && Object.values(more).every((value) => value === undefined)) {
    return { ...named, ...(samplers ? { samplers } : {}), ...(pruners ? { pruners } : {}) };
  }
  if (stored?.objective === TRAINING) {
    const { task: _, ...kept } = stored;
    const { experiment, metric, test } = trainingTask(stored.task);
    const { target, ...options } = experiment;
    await loadTarget(target);
    const given = input as Partial<TrainingStudyInput>;
    return trainingStudy({
      ...kept,
      ...{ target, objective: metric, test },
      ...given,
      ...named,
      experiment: { ...options, ...given.experiment },
    } as TrainingStudyInput);
  }
  if ("target" in input && input.target !== undefined) {
    return trainingStudy({ ...(input as TrainingStudyInput), ...named });
  }
  return { ...(input as Partial<StudyInput>), ...named };
}

/**
 * The study that a training study is: with its space, objective and task.
 * @throws PlateauError `usage` where an option, parameter or value is none of training, `unknown-name`
 */
export function trainingStudy(input: TrainingStudyInput): StudyInput {
  requireObject("study", input);
  check("study", studyShape, input);
  requireStudyOptions("study", input);
  const target = targetUrl(requireStorable(input.target) ?? requireTarget());
  const {
    target: _,
    space = defaultSpace(target),
    experiment = {},
    objective,
    test,
    direction,
    ...rest
  } = input;
  const preset = typeof space === "string" ? findPreset(space) : undefined;
  const fixed: Partial<ExperimentInput> = { ...preset?.experiment, ...experiment, target };
  const described = preset ? without(preset.space(fixed), Object.keys(experiment)) : (space as SpaceInput);
  if (preset) requireBeside(fixed, described, space as string);
  requireOptions(fixed, described);
  const options = fixed as TrainingTask["experiment"];
  const [example] = examples({ experiment: options, metric: "", test: false }, described);
  if (objective !== undefined && /\.[cm]?[jt]s$/.test(objective)) {
    throw new PlateauError(
      "usage",
      `objective ${quote(objective)} with target ${quote(target)}: a module evaluates trials by itself, so leave out the target, or name a measure such as validation.rmse`,
    );
  }
  const metric = objective ?? `validation.${protocolMetric(example)}`;
  const { rising } = parseMetric(metric);
  const task: TrainingTask = { experiment: options, metric, test: test ?? true };
  return {
    ...rest,
    name: rest.name ?? (isModule(target) ? studyTarget(target).name : target),
    direction: direction ?? (rising ? "maximize" : "minimize"),
    space: described,
    objective: TRAINING,
    task,
  };
}

function requireTarget(): never {
  throw new PlateauError("usage", "study: target is missing: expected a name, an expression or a module");
}

/** The study searched its own space for its own functions; others have one number a token, too few for it. */
const defaultSpace = (target: string) => (target === "m2n1" || target === "m4n3" ? "study" : "sound");

/** A preset's space without what is given: that does not vary. */
function without({ parameters, constraints = [] }: SpaceInput, given: readonly string[]): SpaceInput {
  const varied = Object.entries(parameters).filter(([name]) => !given.includes(name));
  const names = new Set(varied.map(([name]) => name));
  const left = constraints.filter((text) =>
    text.match(/[A-Za-z_]\w*/g)!.every((word) => names.has(word) || word === "divides"),
  );
  return { parameters: Object.fromEntries(varied), constraints: left };
}

/** What says the same in two ways. */
const rivals = [
  ["steps", "epochs"],
  ["warmup", "warmupBatches"],
] as const;

/** @throws PlateauError `usage` where what is given cannot be beside what a preset varies */
function requireBeside(fixed: Partial<ExperimentInput>, { parameters }: SpaceInput, preset: string): void {
  for (const [given, varied] of rivals) {
    if (fixed[given] === undefined || !Object.hasOwn(parameters, varied)) continue;
    const other = Object.entries(presets).find(
      ([, { space }]) => !Object.hasOwn(space(fixed).parameters, varied),
    );
    const flag = varied.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new PlateauError(
      "usage",
      `${given} ${quote(fixed[given])}: the space ${preset} sets ${varied}, which says the same in another way: give that instead (--${flag} 1)${other ? `, or another space (--space ${other[0]})` : ""}`,
    );
  }
}

/** @throws PlateauError `usage` where an option, parameter or value is none of training */
function requireOptions(fixed: Partial<ExperimentInput>, space: SpaceInput): void {
  const options = v.partial(experimentSchema);
  const { parameters } = new Space(space);
  if ("threads" in fixed || Object.hasOwn(space.parameters, "threads")) {
    throw new PlateauError(
      "usage",
      "threads is no option of a study: it trains as many models at a time as it has workers, each on one thread",
    );
  }
  check("experiment", options, fixed);
  const known = Object.keys(experimentSchema.entries).filter((name) => name !== "seed");
  for (const parameter of parameters) {
    const { name, values, range } = parameter;
    const [first, second, ...more] = name.split(".");
    if (!known.includes(first) || more.length > 0 || (second !== undefined && first !== "protocol")) {
      throw new PlateauError(
        "usage",
        `space: ${quote(name)} is no option of training (known: ${known.join(", ")}, and protocol. with a field)`,
      );
    }
    if (second === undefined && Object.hasOwn(fixed, first)) {
      throw new PlateauError(
        "usage",
        `${first} is in the space and given as ${quote(fixed[first as keyof ExperimentInput])} for all trials: leave out one of them`,
      );
    }
    for (const value of values ?? [range!.low, range!.high]) {
      if (second === undefined) check("space", options, { [first]: value });
      else resolveProtocol({ [second]: value });
    }
  }
}

/** Kinds of what is looked into here; the rest is checked where the study is defined. */
const studyShape = v.looseObject({
  target: v.string("expected a target's name"),
  space: v.optional(v.union([v.string(), v.looseObject({})], "expected a preset's name, or a space")),
  experiment: v.optional(v.looseObject({})),
  objective: v.optional(v.string("expected a measure such as validation.rmse")),
  test: v.optional(flag),
});

/**
 * Experiments that the space holds: some drawn at random, those left out that training refuses.
 * @throws PlateauError `usage` where it refuses them all: then not one trial could be trained
 */
function examples(task: TrainingTask, space: SpaceInput): Experiment[] {
  const drawn = random.create({ space: new Space(space), seed: 0, direction: "minimize", options: {} });
  const found: Experiment[] = [];
  let refused: unknown;
  for (let n = 0; n < EXAMPLES; n++) {
    try {
      found.push(trialOf(task, drawn.suggest(n, [])!, 0));
    } catch (error) {
      refused ??= error;
    }
  }
  if (found.length > 0) return found;
  if (!(refused instanceof PlateauError)) throw refused;
  throw new PlateauError(refused.code, `no trial of this space can be trained: ${refused.message}`, {
    cause: refused,
  });
}
