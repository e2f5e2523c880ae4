import { type Command, Option } from "commander";
import { PlateauError, quote } from "../errors.js";
import {
  defineExperiment,
  type Experiment,
  type ExperimentInput,
  experimentFromJson,
  identity,
  inputOf,
} from "../experiments/config.js";
import { type Protocol, type ProtocolInput, parseOverride, protocols } from "../experiments/protocol.js";
import { readJson } from "../files/read-json.js";
import { schemes } from "../nn/initialize.js";
import { builds } from "../runtime/compile.js";
import { isTarget } from "../targets/own.js";
import { shellWord } from "../text.js";
import { suggest } from "./completion/suggest.js";
import { parseNumber } from "./number.js";
import { flagOf } from "./option-names.js";

/** An experiment as a command is told of it: its target is a text. */
export type GivenInput = Partial<Omit<ExperimentInput, "target"> & { target: string }>;

export interface TrainFlags extends Omit<GivenInput, "protocol"> {
  protocol?: string;
  protocolSet?: Partial<Protocol>[];
  config?: string;
  out?: string;
  resume?: string;
  checkpointEvery?: number;
  threads?: number;
  json?: boolean;
  quiet?: boolean;
  recordSpectrum?: boolean;
}

/** `values`: what can be offered, where it is known. */
type Row = [key: keyof ExperimentInput, argument: string, help: string, values?: readonly string[]];

const words: Row[] = [
  ["mode", "mode", "regression (default) or classification", ["regression", "classification"]],
  ["positions", "kind", "sinusoidal (default), learned or none", ["sinusoidal", "learned", "none"]],
  ["clipEvery", "when", "clip after each update (default) or micro-batch (study)", ["update", "micro-batch"]],
  ["initialization", "scheme", "pytorch (default), xavier-uniform, kaiming-uniform, …", schemes],
  [
    "init",
    "construction",
    "begin from a constructed network: construct:partition, construct:relu(16); see plateau construct. random:relu(16): its architecture, weights drawn",
  ],
  ["build", "build", "strict (default: the same bits everywhere) or relaxed", builds],
];

const numbers: Record<string, Row[]> = {
  "Task:": [
    ["dim", "d", "numbers per token (default: the target's, 4 of m2n1 and m4n3, else 1)"],
    ["classes", "K", "classes of classification (default 5)"],
    ["trainRows", "rows", "rows of training data (default and most: the target's)"],
    ["validationRows", "rows", "rows of validation data (default 2000; study: 10000)"],
    ["testRows", "rows", "rows of test data (default: the target's)"],
    ["seed", "seed", "of data, weights and dropout (default 0)"],
  ],
  "Model:": [
    ["dModel", "D", "model width (default 32 or d, whichever is more; study: d)"],
    ["heads", "H", "attention heads (default: 4 where they divide D)"],
    ["layers", "layers", "encoder layers, and as many decoder layers (default 2)"],
    ["ff", "F", "feed-forward width (default 2·D)"],
    ["dropout", "p", "dropout probability (default 0; study: 0.1)"],
  ],
  "Training:": [
    ["steps", "updates", "optimizer updates (default 2000; study: 4 epochs)"],
    ["epochs", "passes", "instead of --steps: passes through the training data"],
    ["batch", "B", "rows per batch (default 128)"],
    ["accumulation", "batches", "batches per update (default 1)"],
    ["slices", "n", "parts of a batch, summed in order, that --threads can share (default 1)"],
    ["lr", "rate", "peak learning rate (default 0.002; study: 0.001)"],
    ["decay", "strength", "weight decay (default 0.01; study: 0.05; its kind is the protocol's)"],
    ["clipNorm", "norm", "clip gradients to this 2-norm (default 1; 0: do not)"],
    [
      "warmup",
      "updates",
      "linear warm-up (default 100; study: 800; or a quarter of the updates where that is less)",
    ],
    ["warmupBatches", "batches", "instead of --warmup: as many updates as hold so many batches"],
    ["evaluateEvery", "updates", "updates between validations (default 200)"],
    ["patience", "validations", "stop after so many without improvement (default 0: never)"],
  ],
};

const rows = [...words, ...Object.values(numbers).flat()];
const optionOf = ([key, argument, help, values = []]: Row) => {
  const option = new Option(`${flagOf(key)} <${argument}>`, help);
  return values.length > 0 ? suggest(option, values) : option;
};

/** Adds every option that decides what is trained. */
export function addTrainOptions(command: Command): void {
  const text = (key: string) => optionOf(words.find(([name]) => name === key)!);
  command.addOption(text("mode").helpGroup("Task:"));
  for (const [group, list] of Object.entries(numbers)) {
    if (group === "Training:") {
      command.addOption(text("positions").helpGroup("Model:"));
      command.addOption(text("initialization").helpGroup("Model:"));
      command.addOption(text("init").helpGroup("Model:"));
    }
    for (const row of list) {
      const [key] = row;
      command.addOption(
        optionOf(row)
          .helpGroup(group)
          .argParser((value: string) => parseNumber(flagOf(key), value)),
      );
    }
  }
  command
    .addOption(
      suggest(new Option("--protocol <name>", "sound (default) or study"), Object.keys(protocols)).helpGroup(
        "Protocol:",
      ),
    )
    .addOption(
      new Option("--protocol-set <field=value>", "override one field of the protocol (repeatable)")
        .helpGroup("Protocol:")
        .argParser((value: string, before: Partial<Protocol>[] = []) => [...before, parseOverride(value)]),
    )
    .addOption(text("clipEvery").helpGroup("Training:"))
    .addOption(text("build").helpGroup("Training:"));
}

/** Of `--checkpoint-every`. @throws PlateauError `usage` */
export function checkedSeconds(value: string): number {
  const seconds = parseNumber("--checkpoint-every", value);
  if (seconds >= 0) return seconds;
  throw new PlateauError("usage", `--checkpoint-every ${quote(value)} is negative: give seconds`);
}

/** What the flags and the configuration file say; flags come first. Nothing is filled in. */
export function givenInput(target: string | undefined, flags: TrainFlags): GivenInput {
  const fromFile = flags.config === undefined ? {} : readConfig(flags.config);
  const fromFlags = Object.fromEntries(
    rows.map(([key]) => [key, flags[key]]).filter(([, value]) => value !== undefined),
  );
  const given: GivenInput = { ...fromFile, ...fromFlags };
  if (target !== undefined) given.target = target;
  const protocol = flags.protocol ?? fromFile.protocol;
  if (flags.protocolSet) {
    const base = typeof protocol === "string" ? { base: protocol } : protocol;
    given.protocol = Object.assign({}, base, ...flags.protocolSet) as ProtocolInput;
  } else if (protocol !== undefined) given.protocol = protocol as ProtocolInput;
  return given;
}

/** @throws PlateauError `io`, `format`, `usage` naming the file */
function readConfig(path: string): GivenInput {
  const input = experimentFromJson(readJson(path, { name: `--config ${path}` }), `--config ${path}`);
  // A run.json holds the configuration of its run under `config`.
  const { plateau, config } = input as { plateau?: unknown; config?: unknown };
  const stored = plateau === undefined ? input : experimentFromJson(config, `--config ${path}: config`);
  return stored as GivenInput;
}

/** @throws PlateauError `usage`, `unknown-name`; values that came by a flag are named by it */
export function defineGiven(given: Partial<ExperimentInput>, flags: TrainFlags): Experiment {
  if (given.target === undefined) {
    throw new PlateauError(
      "usage",
      "no target given: name m2n1, m4n3 or another of plateau targets, or continue a run with --resume",
    );
  }
  try {
    return defineExperiment(given as ExperimentInput);
  } catch (error) {
    if (!(error instanceof PlateauError)) throw error;
    const message = error.message.replace(
      /^(?:configuration|training options|transformer): (\w+)(?= is )/,
      (all, key) => (key in flags ? flagOf(key) : all),
    );
    throw new PlateauError(error.code, message, { cause: error });
  }
}

/**
 * Holds what was given beside `--resume` to the stored run: nothing else than what it is may be asked for.
 * @throws PlateauError `usage` naming the first difference
 */
export function requireSame(stored: Experiment, given: Partial<ExperimentInput>, path: string): void {
  const same = identity(stored);
  for (const [key, value] of Object.entries(given)) {
    let other: string | undefined;
    try {
      other = identity(defineExperiment({ ...inputOf(stored), [key]: value }));
    } catch {
      // What does not fit the stored run is not what it was.
    }
    if (other === same) continue;
    const what = key === "target" ? "target" : flagOf(key);
    throw new PlateauError(
      "usage",
      `${what} ${quote(isTarget(value) ? value.name : value)} is not that of the run in ${shellWord(path)}: leave it out, or start a new run without --resume`,
    );
  }
}
