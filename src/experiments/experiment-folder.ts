import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { removeStaleTemporaries, writeFileAtomic } from "../files/atomic.js";
import { openNewFolder } from "../files/new-folder.js";
import { readJson } from "../files/read-json.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { version } from "../version.js";
import { type ExperimentKind, type ExperimentRecord, fingerprintOf } from "./record.js";

/** What a folder is of: there from the first moment, so that it can be continued. */
const EXPERIMENT = "experiment.json";
const RESULT = "result.json";

const begunSchema = v.looseObject({ kind: v.string(), plateau: v.string(), config: v.unknown() });
const recordSchema = v.looseObject({
  kind: v.string(),
  plateau: v.string(),
  config: v.unknown(),
  results: v.unknown(),
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  environment: v.looseObject({ seconds: v.number() }),
});

/**
 * A folder that holds one experiment of many runs: `experiment.json` (what it is), its studies and, when it is
 * finished, `result.json`. Files are written whole or not at all.
 */
export class ExperimentFolder {
  private constructor(
    readonly path: string,
    readonly kind: string,
    /** With every default filled in. */
    readonly config: unknown,
    /** The plateau that began it. */
    readonly version: string,
  ) {}

  /**
   * Makes a folder for an experiment that begins.
   * @throws PlateauError `run-directory` where it holds something already; `io`
   */
  static create(path: string, { name }: ExperimentKind, config: unknown): ExperimentFolder {
    const { existing } = openNewFolder(path);
    if (existing.includes(EXPERIMENT)) {
      const { kind } = ExperimentFolder.open(path);
      throw new PlateauError(
        "run-directory",
        `${path} holds an experiment (${kind}) already: continue it with --resume, or choose another folder with --out`,
      );
    }
    if (existing.length > 0) {
      throw new PlateauError(
        "run-directory",
        `${path} is not empty (${existing[0]}): choose a new folder with --out`,
      );
    }
    const begun = { kind: name, plateau: version, config };
    writeFileAtomic(join(path, EXPERIMENT), `${JSON.stringify(begun, null, 2)}\n`);
    return new ExperimentFolder(path, name, config, version);
  }

  /** @throws PlateauError `run-directory` where there is none, `format` where its files are damaged */
  static open(path: string): ExperimentFolder {
    const file = join(path, EXPERIMENT);
    if (!existsSync(file)) {
      throw new PlateauError(
        "run-directory",
        `${path} holds no experiment: it has no ${EXPERIMENT} (give the folder of plateau replicate, audit or gap)`,
      );
    }
    removeStaleTemporaries(path);
    const found = v.safeParse(begunSchema, readJson(file));
    if (!found.success) throw new PlateauError("format", `${file} is not what an experiment begins with`);
    const { kind, config, plateau } = found.output;
    return new ExperimentFolder(path, kind, config, plateau);
  }

  /**
   * What is there, to be continued under the same configuration.
   * @param given what the user said this time: undefined, or a configuration that has to be the stored one
   * @throws PlateauError `run-directory` where that differs, or another version began it: bits are promised within one
   */
  static resume(path: string, { name }: ExperimentKind, given: unknown): ExperimentFolder {
    const folder = ExperimentFolder.open(path);
    if (folder.kind !== name) {
      throw new PlateauError(
        "run-directory",
        `${path} holds an experiment of kind ${quote(folder.kind)}, not ${quote(name)}`,
      );
    }
    if (folder.version !== version) {
      throw new PlateauError(
        "run-directory",
        `the experiment in ${path} was begun by plateau ${folder.version}, this is ${version}: continue it with that version, or begin anew in another folder`,
      );
    }
    if (given !== undefined && canonicalJson(given) !== canonicalJson(folder.config)) {
      throw new PlateauError(
        "run-directory",
        `the experiment in ${path} has another configuration than the options given: leave them out to continue it, or choose another folder with --out`,
      );
    }
    return folder;
  }

  get finished(): boolean {
    return existsSync(join(this.path, RESULT));
  }

  /** Stores what came out. @throws PlateauError `io` */
  finish(record: ExperimentRecord): void {
    writeFileAtomic(join(this.path, RESULT), `${JSON.stringify(record, null, 2)}\n`);
  }

  /**
   * What came out.
   * @throws PlateauError `run-directory` where it is not finished; `format` where the file is damaged, or its results
   * are not those of its fingerprint
   */
  async record(): Promise<ExperimentRecord> {
    const file = join(this.path, RESULT);
    if (!this.finished) {
      throw new PlateauError(
        "run-directory",
        `the experiment in ${this.path} is not finished: continue it with plateau ${this.kind} --resume --out ${this.path}`,
      );
    }
    const stored = readJson(file);
    const found = v.safeParse(recordSchema, stored);
    if (!found.success) throw new PlateauError("format", `${file} is not what an experiment ends with`);
    const { results, fingerprint } = found.output;
    const own = await fingerprintOf(results);
    if (own !== fingerprint) {
      throw new PlateauError(
        "format",
        `${file}: its results have the fingerprint ${own}, stored is ${fingerprint}: the file was changed or damaged, delete it and continue with --resume`,
      );
    }
    return stored as ExperimentRecord;
  }
}
