import { canonicalJson } from "../../formats/canonical-json.js";
import { findTarget } from "../../targets/registry.js";
import { type Answers, type Mode, type Start, starts } from "./answers.js";
import { type Cell, cellKey, type Setting, trainingAnswers, trainingInput } from "./cell.js";
import type { AuditConfig } from "./config.js";
import { type Factorial, factorial } from "./factorial.js";
import { type Trained, trainedSwitches, withSwitch } from "./switches.js";

export const modes: readonly Mode[] = ["regression", "classification"];

/** What is run of a setting: every design, or the two starts and few switches. */
export interface SettingDesign {
  readonly setting: Setting;
  readonly whole: boolean;
  /** Which of the audit's numbers of classes it has. */
  readonly classesAt: number;
  /** Every cell once, whatever designs it belongs to. */
  readonly cells: readonly NamedCell[];
  readonly factorials: Readonly<Partial<Record<Mode, Factorial>>>;
}

export interface NamedCell extends Cell {
  readonly key: string;
  /** Such as: study with 1, sound without 13, factorial run 3. Of the design that had it first. */
  readonly name: string;
}

/** All settings, the main one first. */
export function designOf(config: AuditConfig): SettingDesign[] {
  return config.targets.flatMap((target) =>
    config.dims.flatMap((dim, i) =>
      config.classes.map((classes, j) =>
        settingDesign({ target, dim, classes }, j, i === 0 && j === 0, config.factorial),
      ),
    ),
  );
}

function settingDesign(
  setting: Setting,
  classesAt: number,
  whole: boolean,
  withFactorial: boolean,
): SettingDesign {
  const cells = new Map<string, NamedCell>();
  const add = (name: string, cell: Cell) => {
    const key = cellKey(cell, setting);
    if (!cells.has(key)) cells.set(key, { ...cell, key, name });
  };
  const factorials: Partial<Record<Mode, Factorial>> = {};
  for (const mode of modes) {
    for (const [name, answers] of Object.entries(starts)) add(name, { mode, answers });
    for (const [name, answers] of Object.entries(starts)) {
      for (const one of mattering(mode, setting)) {
        if (!whole && !(one.everywhere && name === "study")) continue;
        add(`${name} with ${one.id}`, { mode, answers: withSwitch(answers, one, "alternative") });
        add(`${name} without ${one.id}`, { mode, answers: withSwitch(answers, one, "study") });
      }
    }
    if (!whole || !withFactorial) continue;
    const plan = factorialOf(mode, setting);
    factorials[mode] = plan;
    for (const [run, levels] of plan.runs.entries()) {
      add(`factorial run ${run + 1}`, { mode, answers: factorialAnswers(plan, levels) });
    }
  }
  return { setting, classesAt, whole, cells: [...cells.values()], factorials };
}

/** Switches that set something which can matter there. */
export function mattering(mode: Mode, { target }: Pick<Setting, "target">): Trained[] {
  return trainedSwitches.filter(({ idle }) => idle(mode, findTarget(target)) === undefined);
}

/** The cell that a start becomes with a switch on one of its sides. */
export function switchedKey(
  start: Start,
  one: Trained,
  side: "study" | "alternative",
  mode: Mode,
  setting: Setting,
) {
  return cellKey({ mode, answers: withSwitch(starts[start], one, side) }, setting);
}

/** Factors are the switches that change a training: where only the reading changes, one-at-a-time tells all. */
export function factorialOf(mode: Mode, setting: Setting): Factorial {
  const { study } = starts;
  const base = canonicalJson(trainingAnswers({ mode, answers: study }, setting));
  const changes = (one: Trained) =>
    canonicalJson(trainingAnswers({ mode, answers: withSwitch(study, one, "alternative") }, setting)) !==
    base;
  return factorial(
    mattering(mode, setting)
      .filter((one) => one.factor && changes(one))
      .map(({ id }) => id),
  );
}

/** The answers of a run of a factorial design: all that is no factor is as the study has it. */
export function factorialAnswers({ factors }: Factorial, levels: readonly (-1 | 1)[]): Answers {
  return factors.reduce<Answers>((answers, id, i) => {
    const one = trainedSwitches.find((other) => other.id === id)!;
    return withSwitch(answers, one, levels[i] < 0 ? "study" : "alternative");
  }, starts.study);
}

/** Models that are trained together: cells of one mode that share runs are trained once. */
export interface Training {
  readonly setting: Setting;
  readonly mode: Mode;
  /** Of the study that trains them. */
  readonly name: string;
  readonly cells: ReturnType<typeof trainingInput>[];
  /** Which of them a cell is read off, by its key. */
  readonly index: Map<string, number>;
}

/** What has to be trained for a design: a regression at several K is one. */
export function trainingsOf(designs: readonly SettingDesign[], config: AuditConfig): Training[] {
  const trainings = new Map<string, Training & { known: Map<string, number> }>();
  for (const { setting, cells } of designs) {
    for (const cell of cells) {
      const name = trainingName(cell.mode, setting);
      let training = trainings.get(name);
      if (!training) {
        training = { setting, mode: cell.mode, name, cells: [], index: new Map(), known: new Map() };
        trainings.set(name, training);
      }
      const input = trainingInput(cell, setting, config);
      const text = canonicalJson(input);
      let at = training.known.get(text);
      if (at === undefined) {
        at = training.cells.push(input) - 1;
        training.known.set(text, at);
      }
      training.index.set(cell.key, at);
    }
  }
  return [...trainings.values()].map(({ known: _, ...training }) => training);
}

export function trainingName(mode: Mode, { target, dim, classes }: Setting): string {
  return `audit ${target}, d = ${dim}, ${mode}${mode === "classification" ? `, K = ${classes}` : ""}`;
}
