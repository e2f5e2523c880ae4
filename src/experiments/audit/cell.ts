import { canonicalJson } from "../../formats/canonical-json.js";
import { findTarget } from "../../targets/registry.js";
import type { ExperimentInput } from "../config.js";
import { type Answers, type Mode, starts } from "./answers.js";
import type { AuditConfig } from "./config.js";

/** A target with tokens of so many numbers, and K classes. */
export interface Setting {
  readonly target: string;
  readonly dim: number;
  readonly classes: number;
}

/** One configuration that an audit reads: what is trained, and on which scale it is judged. */
export interface Cell {
  readonly mode: Mode;
  readonly answers: Answers;
}

/**
 * The answers that decide the training of a cell, the others being as the study has them: cells that share
 * these share their runs.
 */
export function trainingAnswers({ mode, answers }: Cell, { target }: Pick<Setting, "target">): Answers {
  const { study } = starts;
  const { outputHead, metric, classDefinition, classRange, decoderMask, decoding } = study;
  return {
    ...answers,
    ...(mode === "classification" ? { outputHead, metric } : { classDefinition, classRange }),
    ...(findTarget(target).outputs === 1 ? { decoderMask, decoding } : {}),
    paddingMask: study.paddingMask,
  };
}

/** The same text for cells that are the same: trained alike and read alike. */
export function cellKey(cell: Cell, setting: Setting): string {
  const { classDefinition, classRange } = cell.answers;
  return canonicalJson([cell.mode, trainingAnswers(cell, setting), classDefinition, classRange]);
}

/** What is trained for a cell. */
export function trainingInput(
  cell: Cell,
  setting: Setting,
  config: AuditConfig,
): Omit<ExperimentInput, "seed"> {
  const { dropout, ...protocol } = trainingAnswers(cell, setting);
  const { target, dim, classes } = setting;
  const { steps, batch, lr, warmup, decay, trainRows, validationRows, testRows, firstValidation } = config;
  return {
    ...{ target, dim, mode: cell.mode },
    ...(cell.mode === "classification" ? { classes } : {}),
    // All that a protocol's name would set by default is said, so that cells differ by what the switches set alone.
    protocol: { base: "study", ...protocol },
    ...{ steps, batch, lr, warmup, trainRows, validationRows, testRows },
    ...(protocol.weightDecay === "none" ? {} : { decay }),
    ...{ dropout: dropout === "none" ? 0 : config.dropout, clipNorm: 1, clipEvery: "update" },
    evaluateEvery: firstValidation,
    ...(protocol.trainingLength === "first-validation" ? { stopAfter: firstValidation } : {}),
  };
}
