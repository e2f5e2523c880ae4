import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import * as v from "valibot";
import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { removeStaleTemporaries, writeFileAtomic } from "../files/atomic.js";
import { openNewFolder } from "../files/new-folder.js";
import { readJson } from "../files/read-json.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { shellWord } from "../text.js";
import { version } from "../version.js";
import { type ExperimentKind, type ExperimentRecord, fingerprintOf } from "./record.js";
import { OWN_STUDIES, studiesFile } from "./studies-file.js";

/** What a folder is of: there from the first moment, so that it can be continued. */
const EXPERIMENT = "experiment.json";
const RESULT = "result.json";

const begunSchema = v.looseObject({
  kind: v.string(),
  plateau: v.string(),
  /** SQLite file of its studies, from the folder; absent: the folder's own. */
  study: v.optional(v.string()),
  config: v.looseObject({}),
});
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
    /** SQLite file of its studies, which a run is to be given. */
    readonly study: string,
  ) {}

  /**
   * Makes a folder for an experiment that begins.
   * @param study SQLite file of its studies. Default: studies.sqlite in the folder
   * @throws PlateauError `run-directory` where it holds something already; `io`
   */
  static create(path: string, kind: ExperimentKind, config: unknown, study?: string): ExperimentFolder {
    requireArguments("ExperimentFolder.create", {
      path: [path, "text"],
      kind: [kind, "ExperimentKind: name parse"],
      study: [study, "text?"],
    });
    const { name } = kind;
    const { existing } = openNewFolder(path);
    if (existing.includes(EXPERIMENT)) {
      const other = ExperimentFolder.open(path);
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} holds an experiment (${other.kind}) already: continue it with --resume, or choose another folder with --out`,
      );
    }
    if (existing.length > 0) {
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} is not empty (${existing[0]}): choose a new folder with --out`,
      );
    }
    const file = studiesFile({ folder: path, study });
    const begun = {
      ...{ kind: name, plateau: version },
      ...(study === undefined ? {} : { study: fromFolder(path, file) }),
      config,
    };
    writeFileAtomic(join(path, EXPERIMENT), `${JSON.stringify(begun, null, 2)}\n`);
    return new ExperimentFolder(path, name, config, version, file);
  }

  /** @throws PlateauError `run-directory` where there is none, `format` where its files are damaged */
  static open(path: string): ExperimentFolder {
    requireArguments("ExperimentFolder.open", { path: [path, "text"] });
    const file = join(path, EXPERIMENT);
    if (!existsSync(path)) {
      throw new PlateauError(
        "run-directory",
        `there is no folder ${shellWord(path)}: check the path (of --out, for an experiment)`,
      );
    }
    if (!existsSync(file)) {
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} holds no experiment: it has no ${EXPERIMENT} (give the folder of plateau replicate, audit or gap)`,
      );
    }
    removeStaleTemporaries(path);
    const studies = join(path, OWN_STUDIES);
    const keeps = existsSync(studies) ? `; --study ${shellWord(studies)} keeps what was trained` : "";
    const remedy = `put the right one back, or begin anew in another folder with the same options${keeps}`;
    const found = v.safeParse(begunSchema, readJson(file, { name: shellWord(file), remedy }));
    if (!found.success) {
      throw new PlateauError("format", `${shellWord(file)} is not what an experiment begins with: ${remedy}`);
    }
    const { kind, config, plateau, study } = found.output;
    const own = study === undefined ? studiesFile({ folder: path }) : join(realpathSync(path), study);
    return new ExperimentFolder(path, kind, config, plateau, own);
  }

  /**
   * What is there, to be continued under the same configuration and with the same file of studies.
   * @param given what the user said this time: options, each of which has to be as stored
   * @param study SQLite file of its studies, where the user named one: it has to be the stored one
   * @throws PlateauError `run-directory` where that differs, is gone from outside of the folder and was not named, or
   * another version began it: bits are promised within
   * one; `usage` where an option makes no sense
   */
  static resume(
    path: string,
    kind: Pick<ExperimentKind, "name" | "parse">,
    given: Readonly<Record<string, unknown>> = {},
    study?: string,
  ): ExperimentFolder {
    requireArguments("ExperimentFolder.resume", {
      path: [path, "text"],
      kind: [kind, "ExperimentKind: name parse"],
      given: [given, "object?"],
      study: [study, "text?"],
    });
    const { name, parse } = kind;
    const folder = ExperimentFolder.open(path);
    if (folder.kind !== name) {
      throw new PlateauError(
        "run-directory",
        `${shellWord(path)} holds an experiment of kind ${quote(folder.kind)}, not ${quote(name)}: continue it with plateau ${folder.kind} --resume --out ${shellWord(path)}, or choose another folder with --out`,
      );
    }
    if (folder.version !== version) {
      throw new PlateauError(
        "run-directory",
        `the experiment in ${shellWord(path)} was begun by plateau ${folder.version}, this is ${version}: continue it with that version, or begin anew in another folder`,
      );
    }
    if (study !== undefined && fromFolder(path, study) !== fromFolder(path, folder.study)) {
      throw new PlateauError(
        "run-directory",
        `the studies of ${shellWord(path)} are in ${quote(folder.study)}, not in ${quote(study)}: leave --study out to continue it`,
      );
    }
    // The folder may be a stranger's: nothing is made where it alone says so.
    const foreign = fromFolder(path, folder.study);
    if (study === undefined && !existsSync(folder.study) && /^(\.\.\/|\/|[A-Za-z]:)/.test(foreign)) {
      throw new PlateauError(
        "run-directory",
        `the studies of ${shellWord(path)} were in ${quote(folder.study)}, where there is no file now: put it back, or say --study ${shellWord(folder.study)} to train all of it again there`,
      );
    }
    const stored = folder.config as Readonly<Record<string, unknown>>;
    const asked = parse({ ...stored, ...given }) as Readonly<Record<string, unknown>>;
    for (const field of Object.keys(given)) {
      if (canonicalJson(asked[field]) === canonicalJson(stored[field])) continue;
      throw new PlateauError(
        "run-directory",
        `the experiment in ${shellWord(path)} is another: ${field} is ${quote(stored[field])} there, ${quote(asked[field])} here: leave it out to continue, or choose another folder with --out`,
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
    const resume = `plateau ${this.kind} --resume --out ${shellWord(this.path)}`;
    if (!this.finished) {
      throw new PlateauError(
        "run-directory",
        `the experiment in ${shellWord(this.path)} is not finished: continue it with ${resume}`,
      );
    }
    const name = shellWord(file);
    // It is written anew, from studies that are kept.
    const remedy = `make it again with ${resume}`;
    const stored = readJson(file, { name, remedy });
    const found = v.safeParse(recordSchema, stored);
    if (!found.success)
      throw new PlateauError("format", `${name} is not what an experiment ends with: ${remedy}`);
    const { results, fingerprint } = found.output;
    const own = await fingerprintOf(results);
    if (own !== fingerprint) {
      throw new PlateauError(
        "format",
        `${name}: its results have the fingerprint ${own}, stored is ${fingerprint}: the file was changed or damaged, ${remedy}`,
      );
    }
    return stored as ExperimentRecord;
  }
}

/** A file's path as seen from a folder, the same on every system; links in either are followed. */
function fromFolder(folder: string, file: string): string {
  const parent = dirname(resolve(file));
  const real = existsSync(parent) ? realpathSync(parent) : parent;
  return relative(realpathSync(folder), join(real, basename(file)))
    .split(sep)
    .join("/");
}
