import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { type StudyDefinition, studyDifference } from "./definition.js";
import { type Kinds, kindsOf, type OwnKinds } from "./kinds.js";
import { pickStudy } from "./pick.js";
import { makeSampler } from "./run/guide.js";
import { planned } from "./run/plan.js";
import { shardOf, trialNumber } from "./shard.js";
import { openSqlite } from "./storage/sqlite.js";
import type { Storage, StudyStorage, TrialRecord } from "./storage/storage.js";
import type { TrialState } from "./trial.js";

/** What came of a merge. */
export interface Merged {
  readonly study: string;
  /** N: how many shards the study has. */
  readonly shards: number;
  /** Shards, from 1, that no file was given of and whose trials are not all there, as far as that is known. */
  readonly missing: readonly number[];
  /** Trials that have not ended, by number: they wait, to be run by whoever continues the study. */
  readonly open: readonly number[];
  /** How many trials there are in each state. */
  readonly states: Readonly<Record<TrialState, number>>;
  /** Trials that came from the files. */
  readonly added: number;
}

/** How shards are merged; with the study's own sampler and pruner, where it has any. */
export interface MergeOptions extends OwnKinds {
  /** Of the study, where files hold several. */
  readonly name?: string;
}

/** A shard's study and where it lies. */
interface Source {
  readonly where: string;
  readonly study: StudyStorage;
}

/**
 * Makes the whole study of its shards: that which one machine would have made, to the bit. Trials that no file has,
 * or that have not ended, wait in it, to be run when the study is continued. It is made at once: a merge that is
 * killed has changed nothing, and can be run again, also with more files, or when shards have got further.
 * @param files SQLite files of `plateau worker --shard`
 * @param into the SQLite file of the whole study: a new one, or one that has this study already
 * @throws PlateauError `usage`; `io`; `study` where a file holds no shard, or one of another study, or where two files
 * have the same trial with different bits
 */
export function mergeShards(files: readonly string[], into: string, options: MergeOptions = {}): Merged {
  requireArguments("mergeShards", {
    files: [files, "list of text"],
    into: [into, "text"],
    options: [options, "object?"],
  });
  const { name, ...own } = options;
  if (files.length === 0) throw new PlateauError("usage", "merge: no file given: name those of the shards");
  for (const file of files) {
    if (place(file) !== place(into)) continue;
    throw new PlateauError(
      "usage",
      `merge: ${quote(into)} is one of the shards: name another file for the whole`,
    );
  }
  const opened: Storage[] = [];
  const open = (file: string, readonly: boolean): Storage => {
    const storage = openSqlite(file, { readonly });
    opened.push(storage);
    return storage;
  };
  try {
    const sources = files.map((file) => sourceOf(open(file, true), name));
    const definition = sameStudy(sources);
    // Only read, until it is known that all of it can be merged.
    const before = existsSync(into) ? looked(open, into).find(definition.name) : undefined;
    if (before) requireSame(before, definition, into);
    const parts = new Parts(definition, kindsOf(own), sources, before && { where: into, study: before });
    parts.check();
    const target = open(into, false).create(definition);
    target.adopt(parts.records());
    return parts.merged(target);
  } finally {
    for (const storage of opened) storage.close();
  }
}

/** A storage to be looked at. What a killed process has left may have no tables yet: they are made then. */
function looked(open: (file: string, readonly: boolean) => Storage, file: string): Storage {
  try {
    return open(file, true);
  } catch {
    return open(file, false);
  }
}

const place = (file: string) => (existsSync(file) ? realpathSync(file) : resolve(file));

function sourceOf(storage: Storage, name: string | undefined): Source {
  const study = pickStudy(storage, name);
  const { definition } = study;
  const { where } = storage;
  if (definition.shard !== undefined) return { where, study };
  throw new PlateauError(
    "study",
    `${quote(where)}: study ${quote(definition.name)} is no shard but a whole study: merge takes what plateau worker --shard makes`,
  );
}

/** The definition of the whole study. @throws PlateauError `study` where sources are not of one study */
function sameStudy(sources: readonly Source[]): StudyDefinition {
  const [first, ...others] = sources;
  const { shard, ...definition } = first.study.definition;
  for (const { where, study } of others) {
    const [one, two] = [quote(first.where), quote(where)];
    const different = studyDifference(first.study.definition, study.definition, [
      "in the first",
      "in the second",
    ]);
    if (different !== undefined) {
      throw new PlateauError(
        "study",
        `${one} and ${two} are not shards of one study: ${different}: run one of them again with the other's options`,
      );
    }
    if (shardOf(study.definition).count === shardOf(first.study.definition).count) continue;
    throw new PlateauError(
      "study",
      `${one} is shard ${shard}, ${two} shard ${study.definition.shard}: merge shards of one N`,
    );
  }
  return definition;
}

/** @throws PlateauError `study` where there is another study of that name */
function requireSame({ definition: found }: StudyStorage, definition: StudyDefinition, into: string): void {
  const refuse = (what: string) =>
    new PlateauError(
      "study",
      `${quote(into)} has a study ${quote(definition.name)} already, which is ${what}: it was not touched; name another file`,
    );
  if (found.shard !== undefined) throw refuse(`shard ${found.shard}`);
  const different = studyDifference(found, definition);
  if (different !== undefined) throw refuse(`another: ${different}`);
}

/** The trials of shards, and of what was merged before, as those of one study. */
class Parts {
  readonly #definition: StudyDefinition;
  readonly #kinds: Kinds;
  readonly #count: number;
  /** By shard, from 0. */
  readonly #sources: readonly Source[][];
  readonly #before: Source | undefined;
  #added = 0;

  constructor(
    definition: StudyDefinition,
    kinds: Kinds,
    sources: readonly Source[],
    before: Source | undefined,
  ) {
    this.#definition = definition;
    this.#kinds = kinds;
    this.#count = shardOf(sources[0].study.definition).count;
    this.#sources = Array.from({ length: this.#count }, () => []);
    for (const source of sources) this.#sources[shardOf(source.study.definition).index - 1].push(source);
    this.#before = before;
  }

  /**
   * Reads all once: what is wrong with any is known before anything is written.
   * @throws PlateauError `study` where two have the same trial with different bits, or one is damaged
   */
  check(): void {
    for (const _ of this.records());
  }

  /**
   * What is to be written, by number.
   * @throws PlateauError `study` where two have the same trial with different bits
   */
  *records(): Iterable<TrialRecord> {
    const trials = this.#trials();
    const there = this.#before?.study.count() ?? 0;
    const sampler = makeSampler(this.#definition, this.#kinds);
    this.#added = 0;
    for (let number = 0; number < trials; number++) {
      const found = this.#found(number);
      const before = number < there ? found.at(-1) : undefined;
      const best = bestOf(found);
      if (best && best !== before) {
        if (hasEnded(best)) this.#added++;
        // What waits in both goes on from where the whole study has got.
        if (hasEnded(best) || !before) yield best.record;
      } else if (!best) {
        // It goes by no history: any trial can be asked for.
        const parameters = sampler.suggest(number, []);
        if (!parameters) return;
        yield planned(this.#definition, number, parameters);
      }
    }
  }

  /** How many trials the study is known to have. */
  #trials(): number {
    const ends = this.#sources.flat().map((source) => {
      const { study } = source;
      const count = counted(source);
      return count === 0 ? 0 : trialNumber(shardOf(study.definition), count - 1) + 1;
    });
    return Math.max(0, this.#before ? counted(this.#before) : 0, ...ends);
  }

  /** What there is of a trial, that of the whole study last. */
  #found(number: number): Found[] {
    const sources = this.#sources[number % this.#count];
    return [...sources, ...(this.#before ? [this.#before] : [])].flatMap(({ where, study }) => {
      const record = study.record(number);
      return record ? [{ where, record }] : [];
    });
  }

  merged(target: StudyStorage): Merged {
    const open = [...target.trials(["waiting", "running"])].map(({ number }) => number);
    const waiting = new Set(open.map((number) => number % this.#count));
    const trials = target.count();
    // Of a shard that has no trial here it is not even known how many it has.
    const missing = [...this.#sources.keys()].filter(
      (at) => this.#sources[at].length === 0 && (waiting.has(at) || at >= trials),
    );
    return {
      study: this.#definition.name,
      shards: this.#count,
      missing: missing.map((at) => at + 1),
      open,
      states: target.states(),
      added: this.#added,
    };
  }
}

/** How many trials there are. @throws PlateauError `study` where there are fewer than the last one's number says */
function counted({ where, study }: Source): number {
  const count = study.count();
  const there = Object.values(study.states()).reduce((sum, some) => sum + some, 0);
  if (count === there) return count;
  const damage = `its last trial would be number ${count} of it, but it has ${there}`;
  throw new PlateauError("study", `${quote(where)} is damaged: ${damage}: restore a copy`);
}

interface Found {
  readonly where: string;
  readonly record: TrialRecord;
}

const hasEnded = ({ record: { state } }: Found) => state !== "waiting" && state !== "running";

/**
 * The one that counts: one that ended, rather than failed, for which a machine may be to blame; else the one that got
 * furthest.
 */
function bestOf(found: readonly Found[]): Found | undefined {
  const ended = found.filter((one) => hasEnded(one) && one.record.state !== "failed");
  if (ended.length > 0) {
    // The whole study's own, where it has ended there, stays.
    const kept = ended.at(-1)!;
    for (const one of ended) requireSameBits(one, kept);
    return kept;
  }
  const progress = ({ record: { replicates, step } }: Found) => [replicates.length, step] as const;
  return (
    found.findLast(hasEnded) ??
    found.reduce<Found | undefined>((most, one) => {
      if (!most) return one;
      const [[a, b], [c, d]] = [progress(most), progress(one)];
      return c > a || (c === a && d > b) ? one : most;
    }, undefined)
  );
}

/** What is the same of a trial however it was run: not when, where or for how long. */
const bits = ["state", "parameters", "seeds", "value", "deviation", "low", "high", "step", "error"] as const;

function requireSameBits(a: Found, b: Found): void {
  if (a === b) return;
  for (const part of [...bits, "reports", "replicates"] as const) {
    const [one, two] = [a, b].map(({ record }) => text(record[part]));
    if (one === two) continue;
    throw new PlateauError(
      "study",
      `trial ${a.record.number} is not the same in ${quote(a.where)} and ${quote(b.where)}: ${part} ${quote(a.record[part])} and ${quote(b.record[part])}: run that shard again with the plateau and the objective of the others, and leave out what it does not agree with`,
    );
  }
}

/** JSON has no NaN and no infinities. */
const text = (value: unknown) =>
  canonicalJson(
    JSON.parse(
      JSON.stringify(value ?? null, (_, part: unknown) =>
        typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
      ),
    ),
  );
