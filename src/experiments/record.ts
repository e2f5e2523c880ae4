import { canonicalJson } from "../formats/canonical-json.js";
import { sha256Hex } from "../hash.js";
import type { StopSignal } from "../pause.js";

/** Where and when results came about: nothing of it decides their bits. */
export interface Environment {
  readonly plateau: string;
  /** `strict` or `relaxed`. */
  readonly build: string;
  /** Such as Node 20.20.2 (V8 11.3.244). */
  readonly engine: string;
  /** Operating system, processor, cores. */
  readonly machine: string;
  /** ISO 8601. */
  readonly date: string;
  /** Of computing, over all that were needed to finish. */
  readonly seconds: number;
  /** Null where it is not known: trials of a sweep may have run on several numbers of them. */
  readonly workers: number | null;
}

/**
 * What an experiment of many runs comes to: `result.json` of its folder, and what its report is made of. Plain JSON.
 * `results` follow from `config` alone, to the last bit: nothing of time or machine is among them.
 */
export interface ExperimentRecord<Config = unknown, Results = unknown> {
  /** Of the registry of experiments. */
  readonly kind: string;
  readonly plateau: string;
  /** With every default filled in. */
  readonly config: Config;
  readonly results: Results;
  /** SHA-256 of the results as canonical JSON. */
  readonly fingerprint: string;
  readonly environment: Environment;
}

/** How an experiment is run, watched and stopped: none of it changes its results. */
export interface ExperimentOptions {
  /** Where its studies and results lie: what was done there is not done again. */
  readonly folder: string;
  /** SQLite file of its studies. Default: studies.sqlite in the folder. */
  readonly study?: string;
  /** Default: one a core. */
  readonly workers?: number;
  readonly signal?: StopSignal;
  /** What is at work, and which share of all the work is done, 0 … 1. */
  readonly onProgress?: (text: string, share: number) => void;
  /** A line worth keeping: a setting is done, a size was left out. */
  readonly onNote?: (text: string) => void;
}

/** An experiment made of many runs: one folder, and one line in the registry. */
export interface ExperimentKind<Config = unknown, Results = unknown> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Fills in defaults. @throws PlateauError `usage` quoting what makes no sense: the input may be a stranger's */
  parse(input: unknown): Config;
  /** @throws PlateauError `aborted` through the signal, after saving what is done; `io` */
  run(config: Config, options: ExperimentOptions): Promise<ExperimentRecord<Config, Results>>;
}

/**
 * SHA-256 of results, whatever the order in which their fields were written.
 * @throws PlateauError `usage` where the engine has no `crypto.subtle` (a page not served over https)
 */
export function fingerprintOf(results: unknown): Promise<string> {
  return sha256Hex(new TextEncoder().encode(canonicalJson(results)));
}
