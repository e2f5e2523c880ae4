import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { makeFolder } from "../../files/folder.js";
import { ioError } from "../../files/io-error.js";
import { readFileChecked } from "../../files/read.js";
import { readJson } from "../../files/read-json.js";
import { sha256Hex } from "../../hash.js";
import type { Model } from "../../nn/model.js";
import { readTable } from "../../tables/read.js";
import type { TabularData } from "../../tables/tabular-data.js";
import { shellWord } from "../../text.js";
import { version } from "../../version.js";
import { decodeWeights, encodeWeights, weightsSha256 } from "../weights.js";
import { type FitConfig, fitConfig } from "./config.js";
import { type Fit, type FitScores, prepareFit } from "./fit.js";

const FIT = "fit.json";
const WEIGHTS = "weights.safetensors";
const MAX_BYTES = 2 ** 33;

/** What is stored of a fit beside its weights. */
export interface StoredFit {
  readonly plateau: string;
  readonly config: FitConfig;
  /** SHA-256 of the table's file. */
  readonly dataSha256: string;
  readonly weightsSha256: string;
  readonly steps: number;
  readonly test: FitScores;
}

const storedSchema = v.looseObject({
  config: v.looseObject({ data: v.string() }),
  dataSha256: v.string(),
  weightsSha256: v.string(),
});

/** Whether a folder holds a fit. */
export function isFit(path: string): boolean {
  return existsSync(join(path, FIT));
}

/** @throws PlateauError `run-directory` unless the folder is new or empty; `io` */
export function requireNewFolder(path: string): void {
  makeFolder(path);
  let found: string[];
  try {
    found = readdirSync(path);
  } catch (cause) {
    throw ioError("cannot list", path, cause);
  }
  if (found.length > 0) {
    throw new PlateauError(
      "run-directory",
      `${shellWord(path)} is not empty (${found[0]}): choose a new folder`,
    );
  }
}

/** Stores a fit's weights, then what it is. @throws PlateauError `io` */
export async function saveFit(path: string, fit: Fit): Promise<void> {
  requireArguments("saveFit", { path: [path, "text"], fit: [fit, "Fit: config sizes data report"] });

  const stored: StoredFit = {
    plateau: version,
    config: { ...fit.config, data: resolve(fit.config.data) },
    dataSha256: await fileSha256(fit.config.data),
    weightsSha256: await weightsSha256(fit.model),
    steps: fit.outcome.updates,
    test: fit.test!,
  };
  writeFileAtomic(join(path, WEIGHTS), encodeWeights(fit.model));
  writeFileAtomic(join(path, FIT), `${JSON.stringify(stored, null, 2)}\n`);
}

/**
 * A stored fit with its model, over the table that it was made from.
 * @throws PlateauError `format` where the folder's files are damaged, `run-directory` where the table is
 * another one by now, `io` where it is gone
 */
export async function openFit(path: string): Promise<{ stored: StoredFit; data: TabularData; model: Model }> {
  requireArguments("openFit", { path: [path, "text"] });

  const file = join(path, FIT);
  const value = readJson(file);
  const found = v.safeParse(storedSchema, value);
  if (!found.success) {
    const [issue] = found.issues;
    throw new PlateauError(
      "format",
      `${file}: ${v.getDotPath(issue) ?? "all of it"} is ${quote(issue.input)}, which no fit has`,
    );
  }
  const stored = value as StoredFit;
  const config = fitConfig(stored.config);
  if ((await fileSha256(config.data)) !== stored.dataSha256) {
    throw new PlateauError(
      "run-directory",
      `${config.data} is not the file that the fit in ${shellWord(path)} was made from: put that one back, or fit anew`,
    );
  }
  const { data, model } = prepareFit(await readTable(config.data), config);
  const weights = join(path, WEIGHTS);
  model.loadStateDict(decodeWeights(readFileChecked(weights, MAX_BYTES), weights), weights);
  const sha256 = await weightsSha256(model);
  if (sha256 !== stored.weightsSha256) {
    throw new PlateauError(
      "format",
      `${weights}: its weights have sha256 ${sha256}, ${FIT} says ${stored.weightsSha256}: put the right file back, or fit anew`,
    );
  }
  return { stored, data, model };
}

function fileSha256(file: string): Promise<string> {
  return sha256Hex([readFileChecked(file, MAX_BYTES)]);
}
