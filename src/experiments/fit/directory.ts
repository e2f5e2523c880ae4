import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { removeStaleTemporaries, writeFileAtomic } from "../../files/atomic.js";
import { openNewFolder } from "../../files/new-folder.js";
import { readFileChecked } from "../../files/read.js";
import { readJson } from "../../files/read-json.js";
import { canonicalJson } from "../../formats/canonical-json.js";
import type { Model } from "../../nn/model.js";
import { kindsOf, type TabularColumns, tabularColumns } from "../../tables/encode.js";
import { decimalSchema, type Reading } from "../../tables/reading.js";
import type { Table } from "../../tables/table.js";
import { shellWord } from "../../text.js";
import { decodeCheckpoint } from "../../training/checkpoint.js";
import type { TrainingState } from "../../training/state.js";
import { version } from "../../version.js";
import { requireHeld } from "../held.js";
import { decodeWeights, encodeWeights, weightsSha256 } from "../weights.js";
import { type FitConfig, fitConfig } from "./config.js";
import { type Fit, fitModel, type PreparedFit } from "./fit.js";
import { type FitResult, fitResult } from "./result.js";
import { fileSha256, placeOfTable, readTableAt } from "./table-place.js";

const FIT = "fit.json";
const CHECKPOINT = "checkpoint.safetensors";
const WEIGHTS = "weights.safetensors";
const RESULT = "result.json";
const MAX_BYTES = 2 ** 33;

/** What a fit begins with: `fit.json`. */
export interface BegunFit {
  readonly plateau: string;
  readonly config: FitConfig;
  /** SHA-256 of the table's file; absent where the table was none. */
  readonly dataSha256?: string;
  /** What was understood of the table's text. */
  readonly reading?: Reading;
}

const texts = v.array(v.string());
const readingSchema = v.looseObject({
  ...{
    delimiter: v.optional(v.string()),
    encoding: v.optional(v.picklist(["UTF-8", "UTF-16", "Windows-1252"])),
    header: v.optional(v.boolean()),
  },
  ...{
    skipped: v.optional(texts),
    notes: v.optional(texts),
    totals: v.optional(texts),
    renamed: v.optional(texts),
  },
  ...{ decimal: decimalSchema, decimals: v.optional(v.record(v.string(), v.picklist(["point", "comma"]))) },
  ...{ thousands: v.optional(texts), negatives: v.optional(texts), codes: v.optional(texts) },
  ...{ units: v.optional(v.record(v.string(), v.string())), named: v.optional(texts) },
  missing: v.optional(v.record(v.string(), v.number())),
});
const begunSchema = v.looseObject({
  plateau: v.string(),
  config: v.looseObject({ data: v.string() }),
  dataSha256: v.optional(v.string()),
  reading: v.optional(readingSchema),
});
const named = { name: v.string() };
const inputSchema = v.variant("kind", [
  v.looseObject({
    ...named,
    kind: v.literal("numeric"),
    ...{ width: v.literal(1), mean: v.number(), sd: v.number(), range: v.tuple([v.number(), v.number()]) },
    unit: v.optional(v.string()),
  }),
  v.pipe(
    v.looseObject({ ...named, kind: v.literal("categorical"), width: v.number(), categories: texts }),
    v.check(({ width, categories }) => width === categories.length, "a number for each category"),
  ),
]);
const reportSchema = v.looseObject({
  ...{ source: v.string(), rows: v.number(), droppedRows: v.number() },
  reading: v.optional(readingSchema),
  missing: v.array(v.looseObject({ ...named, rows: v.number() })),
  leftOut: v.array(v.looseObject({ ...named, reason: v.string() })),
  splits: v.looseObject({ train: v.number(), validation: v.number(), test: v.number() }),
  unknownCategories: v.array(v.looseObject({ ...named, categories: texts, rows: v.number() })),
});
const resultSchema = v.looseObject({
  sizes: v.looseObject({ dModel: v.number(), training: v.looseObject({ steps: v.number() }) }),
  columns: v.object({
    inputs: v.array(inputSchema),
    outputs: v.array(v.looseObject({ name: v.string(), mean: v.number(), sd: v.number() })),
  }),
  report: reportSchema,
  test: v.looseObject({ rmse: v.number() }),
  steps: v.number(),
  seconds: v.number(),
  parameters: v.number(),
  evaluations: v.array(v.looseObject({ update: v.number() })),
  weightsSha256: v.string(),
});

/**
 * A folder that holds one fit to a table: `fit.json` (its configuration), `checkpoint.safetensors` while it is not
 * finished, `weights.safetensors` and `result.json` when it is. Every file is written whole or not at all.
 */
export class FitDirectory {
  private constructor(
    readonly path: string,
    readonly begun: BegunFit,
    /** The folder that `discard` takes away. */
    private readonly created: string | undefined,
    /** Where its table is, where it was moved. */
    private readonly moved?: string,
  ) {}

  /**
   * Makes a folder for a fit that begins.
   * @throws PlateauError `run-directory` when it holds something already; `io`
   */
  static async create(path: string, { config, data: { report } }: PreparedFit): Promise<FitDirectory> {
    const { created, existing } = openNewFolder(path);
    if (existing.length > 0) {
      const remedy = existing.includes(FIT)
        ? `holds a fit already: continue it with plateau fit --resume ${shellWord(path)}, or choose another folder`
        : `is not empty (${existing[0]}): choose a new folder`;
      throw new PlateauError("run-directory", `${shellWord(path)} ${remedy}`);
    }
    const { data } = config;
    const isFile = existsSync(data) && statSync(data).isFile();
    const begun: BegunFit = {
      plateau: version,
      config: isFile ? { ...config, data: resolve(data) } : config,
      ...(isFile ? { dataSha256: await fileSha256(data) } : {}),
      ...(report.reading ? { reading: report.reading } : {}),
    };
    const directory = new FitDirectory(path, begun, created);
    try {
      directory.#write(FIT, `${JSON.stringify(begun, null, 2)}\n`);
    } catch (error) {
      directory.discard();
      throw error;
    }
    return directory;
  }

  /**
   * @param table where its table is by now, if not where it was nor beside the folder
   * @throws PlateauError `run-directory` where there is no fit, saying what there is; `format`, `usage` when its files
   * are damaged
   */
  static open(path: string, { table }: { table?: string } = {}): FitDirectory {
    requireHeld(path, ["fit"]);
    const file = join(path, FIT);
    const remedy = "put the right one back, or fit anew in another folder";
    const value = readJson(file, { name: shellWord(file), remedy });
    const begun = checked(begunSchema, value, file, remedy);
    let config: FitConfig;
    try {
      config = fitConfig(begun.config as never);
    } catch (cause) {
      if (!(cause instanceof PlateauError)) throw cause;
      throw new PlateauError("format", `${file}: ${cause.message}`, { cause });
    }
    removeStaleTemporaries(path);
    return new FitDirectory(path, { ...begun, config }, path, table);
  }

  get finished(): boolean {
    return existsSync(join(this.path, RESULT));
  }

  /** What decides the bits of training: a checkpoint continues under no other. */
  get identity(): string {
    const { data: _, ...config } = this.begun.config;
    return canonicalJson({ fit: config, dataSha256: this.begun.dataSha256 });
  }

  /** @throws PlateauError `io` */
  saveCheckpoint(checkpoint: Uint8Array): void {
    this.#write(CHECKPOINT, checkpoint);
  }

  /**
   * The last checkpoint; undefined before the first.
   * @throws PlateauError `format`, `io`; `run-directory` when another version began the fit
   */
  async checkpoint(): Promise<TrainingState | undefined> {
    if (this.begun.plateau !== version) {
      throw new PlateauError(
        "run-directory",
        `the fit in ${shellWord(this.path)} was begun by plateau ${this.begun.plateau}, this is ${version}: continue it with that version, or fit anew`,
      );
    }
    const file = join(this.path, CHECKPOINT);
    if (!existsSync(file)) return undefined;
    try {
      return await decodeCheckpoint(readFileChecked(file, MAX_BYTES), this.identity, file);
    } catch (error) {
      if (!(error instanceof PlateauError && error.code === "format")) throw error;
      throw new PlateauError("format", `${error.message}: delete it to begin the fit anew`, { cause: error });
    }
  }

  /** Takes a fit away of which nothing came, and the folder that was made for it. */
  discard(): void {
    for (const name of [FIT, CHECKPOINT, WEIGHTS]) rmSync(join(this.path, name), { force: true });
    if (this.created && readdirSync(this.path).length === 0) {
      rmSync(this.created, { recursive: true, force: true });
    }
  }

  /** Stores weights, then the result, and drops the checkpoint. @throws PlateauError `io`; `usage` for an unfinished fit */
  async finish(fit: Fit): Promise<FitResult> {
    const result = await fitResult(fit);
    this.#write(WEIGHTS, encodeWeights(fit.model));
    this.#write(RESULT, `${JSON.stringify(result, null, 2)}\n`);
    rmSync(join(this.path, CHECKPOINT), { force: true });
    return result;
  }

  /** What came out. @throws PlateauError `run-directory` where it is not finished; `format` */
  result(): FitResult {
    const file = join(this.path, RESULT);
    const resume = `plateau fit --resume ${shellWord(this.path)}`;
    if (!this.finished) {
      throw new PlateauError(
        "run-directory",
        `the fit in ${shellWord(this.path)} is not finished: continue it with ${resume}`,
      );
    }
    const remedy = `delete it and fit to the same bits with ${resume}`;
    const value = readJson(file, { name: shellWord(file), remedy });
    checked(resultSchema, value, file, remedy);
    return value as FitResult;
  }

  /** The trained model. @throws PlateauError `run-directory`, `format`, `shape-mismatch`, `io` */
  async model(): Promise<Model> {
    const result = this.result();
    const model = fitModel(this.columns(), result.sizes, this.begun.config);
    const weights = join(this.path, WEIGHTS);
    model.loadStateDict(decodeWeights(readFileChecked(weights, MAX_BYTES), weights), weights);
    const sha256 = await weightsSha256(model);
    if (sha256 === result.weightsSha256) return model;
    throw new PlateauError(
      "format",
      `${weights}: its weights have sha256 ${sha256}, ${RESULT} says ${result.weightsSha256}: put the right file back, or fit anew`,
    );
  }

  /** How rows become numbers of the model, and back. @throws PlateauError as `result` */
  columns(): TabularColumns {
    const { inputs, outputs } = this.result().columns;
    return tabularColumns(inputs, outputs);
  }

  /**
   * The table that it is made from.
   * @throws PlateauError as `tableFile`
   */
  async table(): Promise<Table> {
    // What it has learned from stays what it was, should tables be read otherwise one day.
    const kinds = this.finished ? kindsOf(this.columns().inputs) : undefined;
    return readTableAt(await this.tableFile(), this.begun, kinds);
  }

  /**
   * Where that table is.
   * @throws PlateauError `run-directory` where it is another one by now, `io` where it is gone
   */
  tableFile(): Promise<string> {
    return placeOfTable(this.begun, `the fit in ${shellWord(this.path)}`, {
      given: this.moved,
      folder: this.path,
    });
  }

  #write(name: string, content: Uint8Array | string): void {
    writeFileAtomic(join(this.path, name), content);
  }
}

function checked<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  file: string,
  remedy: string,
): v.InferOutput<S> {
  const found = v.safeParse(schema, value);
  if (found.success) return found.output;
  const [issue] = found.issues;
  throw new PlateauError(
    "format",
    `${shellWord(file)}: ${v.getDotPath(issue) ?? "all of it"} is ${quote(issue.input)}, which no fit has: ${remedy}`,
  );
}
