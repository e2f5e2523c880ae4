import { said } from "../../analysis/statistics/say.js";
import { PlateauError, quote } from "../../errors.js";
import { environment } from "../../experiments/environment.js";
import { repeatableStudy } from "../../experiments/repeat/study.js";
import { trainingTask } from "../../experiments/sweep/task.js";
import { canonicalJson } from "../../formats/canonical-json.js";
import type { EmpiricalDistribution } from "../../sweep/insight/edf.js";
import type { OptimisationHistory } from "../../sweep/insight/history.js";
import type { ParallelCoordinates } from "../../sweep/insight/parallel.js";
import type { Slices } from "../../sweep/insight/slice.js";
import type { StoredTrial } from "../../sweep/storage/storage.js";
import type { Study } from "../../sweep/study.js";
import { trialStates } from "../../sweep/trial.js";
import type { Methods, ReportDocument, ReportSection, ReportTable } from "../document.js";
import type { Figure } from "../figure.js";
import { edf } from "../figures/edf.js";
import { capital, counted } from "../figures/encodings.js";
import { history } from "../figures/history.js";
import { importance } from "../figures/importance.js";
import { parallel } from "../figures/parallel.js";
import { slices } from "../figures/slices.js";
import { bitsText, splitMetricName } from "../methods.js";

/**
 * The report of a sweep, whatever became of its trials: how values developed, which parameters matter, and the best
 * trial. Of what cannot be drawn yet it says why.
 */
export async function documentOfStudy(study: Study): Promise<ReportDocument> {
  const { definition, best } = study;
  const objective = objectiveOf(study);
  const main = history.draw({ objective, history: study.insight("history") as OptimisationHistory });
  const parameters = study.space.parameters.filter(({ cardinality }) => cardinality > 1);
  return {
    title: `Sweep ${definition.name}`,
    question: `Which parameters give the ${definition.direction === "minimize" ? "least" : "greatest"} ${objective}?`,
    setting: `${counted(parameters.length, "parameter")} (${parameters.map(({ name }) => name).join(", ")}), sampler ${definition.sampler.name}, pruner ${definition.pruner.name}, ${counted(definition.seeds, "seed")} a trial; ${statesText(study)}.`,
    answer: [answerText(study, objective)],
    ...(main ? { main } : {}),
    sections: [
      bestSection(study, objective),
      importanceSection(study, objective),
      parametersSection(study, objective),
      valuesSection(study, objective),
    ],
    methods: await methodsOf(study, objective),
  };

  function answerText({ states }: Study, what: string): string {
    if (best) {
      const spread =
        best.low === null || best.high === null
          ? ""
          : ` (95% interval ${said(best.low)} to ${said(best.high)})`;
      return `Trial ${best.number} of ${total(states)} is the best: ${what} of ${said(best.value!)}${spread} with ${settingsText(best)}.`;
    }
    if (total(states) === 0) return "There is no trial yet: nothing can be said.";
    return `None of ${counted(total(states), "trial")} is complete (${statesText(study)}): nothing can be said of the parameters.`;
  }
}

const total = (states: Study["states"]) => trialStates.reduce((sum, state) => sum + states[state], 0);

const settingsText = ({ parameters }: StoredTrial) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${typeof value === "number" ? said(value) : String(value)}`)
    .join(", ");

function statesText({ states }: Study): string {
  const told = trialStates.filter((state) => states[state] > 0).map((state) => `${states[state]} ${state}`);
  return told.length > 0 ? told.join(", ") : "no trials yet";
}

/** What is minimised or maximised, in words. */
function objectiveOf({ definition: { objective, task } }: Study): string {
  if (objective !== "training") return "value";
  return splitMetricName(trainingTask(task).metric);
}

/** A figure that an insight gives, or in words why there is none. */
function drawn(make: () => Figure | undefined, empty: string): { figures: Figure[]; text: string[] } {
  try {
    const figure = make();
    return figure ? { figures: [figure], text: [] } : { figures: [], text: [empty] };
  } catch (error) {
    if (!(error instanceof PlateauError) || error.code !== "usage") throw error;
    return { figures: [], text: [`${capital(error.message.replace(/^\w+: /, ""))}.`] };
  }
}

function bestSection(study: Study, objective: string): ReportSection {
  const ended = [...study.trials(["complete"])];
  const sign = study.definition.direction === "minimize" ? 1 : -1;
  ended.sort((a, b) => sign * (a.value! - b.value!) || a.number - b.number);
  const failed = [...study.trials(["failed", "diverged"])];
  const reasons = [...new Set(failed.map(({ state, error }) => error?.message ?? state))].slice(0, 5);
  return {
    name: "best",
    title: "The best trials",
    text: [
      ended.length > 0
        ? `The ${ended.length > 10 ? "ten best" : "complete"} trials by ${objective}.`
        : "No trial is complete.",
      ...(failed.length > 0
        ? [
            `${counted(failed.length, "trial")} failed or diverged: ${reasons.join("; ")}${reasons.length === 5 ? " …" : ""}.`,
          ]
        : []),
    ],
    figures: [],
    tables: ended.length > 0 ? [trialsTable(study, ended.slice(0, 10), objective)] : [],
  };
}

function trialsTable(
  { space, definition }: Study,
  trials: readonly StoredTrial[],
  objective: string,
): ReportTable {
  const names = space.parameters.filter(({ cardinality }) => cardinality > 1).map(({ name }) => name);
  const spread = trials.some(({ low }) => low !== null);
  return {
    name: "best-trials",
    caption: `${capital(objective)}, to be ${definition.direction}d${spread ? `; intervals: 95% over ${definition.seeds} seeds (t)` : ""}. A parameter that does not apply is empty.`,
    columns: [
      { field: "trial", title: "trial", format: "count" },
      { field: "value", title: objective },
      ...(spread
        ? [
            { field: "low", title: "from" },
            { field: "high", title: "to" },
          ]
        : []),
      ...names.map((name) => ({ field: `parameter ${name}`, title: name, format: "text" as const })),
    ],
    rows: trials.map(({ number, value, low, high, parameters }) => ({
      trial: number,
      value,
      ...(spread ? { low, high } : {}),
      ...Object.fromEntries(
        names.map((name) => {
          const given = parameters[name];
          return [
            `parameter ${name}`,
            given === undefined ? null : typeof given === "number" ? said(given) : String(given),
          ];
        }),
      ),
    })),
  };
}

function importanceSection(study: Study, objective: string): ReportSection {
  const found = drawn(
    () => importance.draw({ objective, importance: study.importance() }),
    "No parameter varies.",
  );
  return {
    name: "importance",
    title: "Which parameters matter",
    text: [
      ...found.text,
      ...(found.figures.length > 0
        ? [
            "Importance is over the whole space, not near the best trial, and of few trials weak effects are understated.",
          ]
        : []),
    ],
    figures: found.figures,
    tables: [],
  };
}

function parametersSection(study: Study, objective: string): ReportSection {
  const { direction } = study.definition;
  const none = "No trial has a value yet, or no parameter varies.";
  const lines = drawn(
    () => parallel.draw({ objective, direction, parallel: study.insight("parallel") as ParallelCoordinates }),
    none,
  );
  const points = drawn(() => slices.draw({ objective, slices: study.insight("slice") as Slices }), none);
  return {
    name: "parameters",
    title: "Values by parameters",
    text: [...new Set([...lines.text, ...points.text])],
    figures: [...points.figures, ...lines.figures],
    tables: [],
  };
}

function valuesSection(study: Study, objective: string): ReportSection {
  const found = drawn(
    () => edf.draw({ objective, edf: study.insight("edf") as EmpiricalDistribution }),
    "No trial is complete.",
  );
  return {
    name: "values",
    title: "How good a trial is",
    text: found.text,
    figures: found.figures,
    tables: [],
  };
}

async function methodsOf(study: Study, objective: string): Promise<Methods> {
  const { definition } = study;
  const trials = [...study.trials()];
  const ended = trials.filter((trial) => trial.ended !== null);
  const last = ended.reduce<StoredTrial | undefined>(
    (a, b) => (a && a.ended! >= b.ended! ? a : b),
    undefined,
  );
  const seconds = trials.reduce((sum, trial) => sum + (trial.seconds ?? 0), 0);
  const build = buildOf(definition.task);
  const repeat = await repeatableStudy(definition, study, last?.plateau ?? undefined);
  const here = environment({ seconds, workers: null, build });
  const options = ({ name, ...rest }: { name: string }) =>
    Object.keys(rest).length === 0 ? name : `${name} (${canonicalJson(rest)})`;
  return {
    text: [
      `The study ${quote(definition.name)} ${definition.direction}s ${objective}: sampler ${options(definition.sampler)}, pruner ${options(definition.pruner)}, seed ${definition.seed}, lookahead ${definition.lookahead}, ${counted(definition.seeds, "seed")} a trial.`,
      `Space: ${canonicalJson(definition.space)}.`,
      ...(definition.objective === "training"
        ? [`All trials share: ${canonicalJson(trainingTask(definition.task).experiment)}.`]
        : []),
      `A trial's random numbers follow from the study's seed and its number, and trial n goes by trials up to n − lookahead: so the study is the same on any number of workers. ${bitsText(build)} Seconds are those of all trials together.`,
    ],
    commands: commandsOf(study, ended.length),
    environment: {
      ...here,
      machine: `not stored; this page was made on ${here.machine}`,
      ...(last?.plateau ? { plateau: last.plateau } : {}),
      ...(last?.engine ? { engine: last.engine } : {}),
      ...(last?.ended ? { date: last.ended } : {}),
    },
    repeat,
  };
}

function buildOf(task: unknown): string {
  const experiment = (task as { experiment?: { build?: unknown } } | null)?.experiment;
  return experiment?.build === "relaxed" ? "relaxed" : "strict";
}

/** A configuration file, and the sweep of it. */
function commandsOf({ definition }: Study, trials: number): string[] {
  const { name, objective, task, ...rest } = definition;
  if (objective !== "training") {
    return [`plateau study show study.sqlite --name '${name.replaceAll("'", "'\\''")}'`];
  }
  const { experiment, metric, test } = trainingTask(task);
  const { target, ...options } = experiment;
  const config = {
    study: "again.sqlite",
    name,
    target,
    trials: Math.max(1, trials),
    ...rest,
    objective: metric,
    test,
    experiment: options,
  };
  return [`cat > sweep.json <<'END'\n${JSON.stringify(config, null, 2)}\nEND`, "plateau sweep sweep.json"];
}
