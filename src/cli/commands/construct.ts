import { Argument, Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { storeConstructed } from "../../experiments/constructed.js";
import type { Certificate } from "../../theory/certificates/certify.js";
import { certifyConstructed } from "../../theory/certificates/certify-constructed.js";
import type { Constructed, Construction, Task } from "../../theory/constructions/construction.js";
import { constructions, findConstruction } from "../../theory/constructions/registry.js";
import { checkOptions, defaultSize, parseOption } from "../../theory/constructions/spec.js";
import { defineTask } from "../../theory/constructions/task.js";
import { leastSize, SEARCH_SECONDS } from "../../theory/least-size.js";
import { measuredError } from "../../theory/measured-error.js";
import { addCertifyOptions, type CertifyFlags, certifyOptions, describeCertificate } from "../certificate.js";
import { suggest } from "../completion/suggest.js";
import { interruptible } from "../interrupt.js";
import { parseNumber } from "../number.js";
import { note, print, printJson, short, whole } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { reportUnsaved, tryToStore } from "../store.js";
import { targetNames, targetOf } from "../target.js";
import { type CliCommand, examples } from "./command.js";

interface ConstructFlags extends CertifyFlags {
  target?: string;
  domain?: string;
  dim?: number;
  delta?: number;
  size?: number;
  epsilon?: number;
  searchSeconds?: number;
  option?: Record<string, unknown>;
  certify?: boolean;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

/** What `plateau construct --json` prints. */
export interface ConstructResult {
  construction: string;
  target: string;
  size: number;
  sizeName: string;
  options: Record<string, unknown>;
  layers: number;
  parameters: number;
  nonzero?: number;
  /** Lower: met at a point. Upper: null without a certificate. */
  error: { lower: number; upper: number | null };
  norm: "sup" | "l2";
  epsilon: number | null;
  /** Whether the upper bound is proven, and with ε, at most ε. */
  certified: boolean;
  /** What an upper bound rests on that is not proven. */
  conditions: readonly string[];
  certificate: Certificate | null;
  /** With ε: the next smaller size, whose certificate does not hold. */
  refused?: { size: number; verdict: string };
  /** With ε, where time was over: smaller sizes that were not decided. */
  untried?: { from: number; to: number };
  notes: readonly string[];
  details: Readonly<Record<string, unknown>>;
  seconds: number;
}

/** Names with defaults: order=1. */
function optionsOf(entries: Record<string, { readonly default?: unknown }> = {}): string {
  const each = Object.entries(entries).map(([name, { default: value }]) =>
    value === undefined ? `${name} (default: unset)` : `${name}=${String(value)}`,
  );
  return each.join(", ") || "none";
}

const list = [...constructions.values()].map(
  ({ name, description, sizeName, options }) =>
    `  ${name.padEnd(10)} ${description}\n${" ".repeat(13)}size: ${sizeName}; options with defaults: ${optionsOf(options.entries)}`,
);
const help = `\nConstructions:\n${list.join("\n")}\n\nWith --epsilon the least size whose certificate holds is looked for. Variables of an expression without a\ndomain run from 0 to 1. --out stores a run that eval, analyze and certify take.`;

export const construct: CliCommand = {
  name: "construct",
  define(program, exit) {
    const number = (flag: string) => (value: string) => parseNumber(flag, value);
    const command = program
      .command("construct")
      .description("write down a network that approximates a target, instead of training it")
      .addArgument(
        suggest(new Argument("<construction>", [...constructions.keys()].join(", ")), constructions.keys()),
      )
      .addOption(
        suggest(
          new Option("--target <target>", "what to approximate: an expression, or a name of plateau targets"),
          targetNames,
        ),
      )
      .option("--domain <sides>", "where, for an expression: x=-1:1,y=0:2 (default: 0 to 1)")
      .addOption(new Option("--dim <d>", "numbers a token (default 1)").argParser(number("--dim")))
      .addOption(new Option("--delta <D>", "largest side of a cell").argParser(number("--delta")))
      .addOption(
        new Option(
          "--size <N>",
          "size, in the construction's own unit (default: about 32 parts of the box)",
        ).argParser(number("--size")),
      )
      .addOption(
        new Option("--epsilon <E>", "error to stay within: looks for the least size").argParser(
          number("--epsilon"),
        ),
      )
      .addOption(
        new Option(
          "--search-seconds <s>",
          `seconds that the search of --epsilon may take (default ${SEARCH_SECONDS})`,
        ).argParser(number("--search-seconds")),
      )
      .addOption(
        new Option("--option <name=value>", "an option of the construction (repeatable)").argParser(
          (value: string, before: Record<string, unknown> = {}) => ({ ...before, ...parseOption(value) }),
        ),
      )
      .option("--certify", "bound the error for certain, not only measure it")
      .option("--out <dir>", "store the network as a run");
    addCertifyOptions(command);
    command
      .addHelpText(
        "after",
        `${help}\n${examples(
          'plateau construct partition --target "sin(6*x)" --epsilon 0.01 --certify',
          'plateau construct relu --target "abs(x-y)" --size 16 --certify --out runs/relu',
          'plateau construct partition --target "exp(-x*x)" --domain x=-2:2 --size 40 --option order=2',
        )}`,
      )
      .action(async (name: string, flags: ConstructFlags) => {
        exit(await execute(name, flags));
      });
  },
};

async function execute(name: string, flags: ConstructFlags): Promise<number> {
  const construction = findConstruction(name);
  const options = checkOptions(construction, flags.option ?? {});
  if (flags.target === undefined) {
    throw new PlateauError("usage", 'no target given: --target "sin(6*x)", or a name of plateau targets');
  }
  const { target, assumed } = targetOf(flags.target, flags.domain);
  if (assumed && !flags.quiet) note(`note: ${assumed}`);
  const task = defineTask(target, flags.dim);
  const progress = new ProgressLine(flags.quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  const began = performance.now();
  let made: Made;
  try {
    made = await build(construction, task, options, flags, signal, progress);
  } finally {
    progress.clear();
    dispose();
  }
  const seconds = (performance.now() - began) / 1000;
  const result = summary(construction, task, options, flags, made, seconds);
  const unsaved =
    flags.out === undefined
      ? undefined
      : await tryToStore(() => storeConstructed(flags.out!, task, made.constructed, options, result));
  if (flags.json) printJson(result);
  else print(describe(result, made));
  if (flags.out !== undefined && !unsaved && !flags.json && !flags.quiet) note(`saved in ${flags.out}`);
  if (unsaved) return reportUnsaved(unsaved);
  return exitCodes.done;
}

interface Made {
  readonly constructed: Constructed;
  readonly measured: { readonly lower: number };
  readonly certificate?: Certificate;
  readonly refused?: { readonly size: number; readonly verdict: string };
  readonly untried?: { readonly from: number; readonly to: number };
}

async function build(
  construction: Construction,
  task: Task,
  options: Record<string, unknown>,
  flags: ConstructFlags,
  signal: AbortSignal,
  progress: ProgressLine,
): Promise<Made> {
  const { epsilon } = flags;
  if ((flags.certify || epsilon !== undefined) && construction.uncertified !== undefined) {
    throw new PlateauError(
      "usage",
      `${epsilon === undefined ? "--certify" : "--epsilon"} with ${construction.name}: ${construction.uncertified}`,
    );
  }
  const certifying = { ...certifyOptions(flags), signal };
  if (epsilon !== undefined) {
    if (flags.size !== undefined || flags.delta !== undefined) {
      throw new PlateauError("usage", "--epsilon looks for the size: leave out --size and --delta");
    }
    if (!(epsilon > 0)) throw new PlateauError("usage", `--epsilon ${epsilon}: expected a number above 0`);
    const limit = flags.searchSeconds;
    if (limit !== undefined && !(limit > 0)) {
      throw new PlateauError("usage", `--search-seconds ${limit}: expected a number above 0`);
    }
    const onTry = (size: number) => progress.show(`trying ${whole(size)} ${construction.sizeName}`);
    const found = await leastSize(construction, task, options, { ...certifying, epsilon, limit, onTry });
    return { ...found, measured: found.certificate.error };
  }
  const constructed = construction.construct(task, sizeOf(construction, task, flags), options);
  if (flags.certify) {
    const certificate = await certifyConstructed(task, constructed, {
      ...certifying,
      onProgress: (share) => progress.show(`certifying ${Math.floor(100 * share)}%`),
    });
    return { constructed, certificate, measured: certificate.error };
  }
  return { constructed, measured: { lower: measuredError(task, constructed.g, flags.norm ?? "sup") } };
}

function sizeOf(construction: Construction, task: Task, { size, delta }: ConstructFlags): number {
  if (size !== undefined && delta !== undefined) {
    throw new PlateauError("usage", "--size and --delta are two sizes: give one of them");
  }
  if (size !== undefined) return size;
  if (delta === undefined) return defaultSize(construction, task);
  if (!(delta > 0)) throw new PlateauError("usage", `--delta ${quote(delta)}: expected a number above 0`);
  if (!construction.sizeOf) {
    throw new PlateauError(
      "usage",
      `${construction.name} has no δ: give --size, in ${construction.sizeName}`,
    );
  }
  return construction.sizeOf(task, delta);
}

function summary(
  { name, sizeName }: Construction,
  task: Task,
  options: Record<string, unknown>,
  flags: ConstructFlags,
  { constructed, measured, certificate, refused, untried }: Made,
  seconds: number,
): ConstructResult {
  const { size, layers, parameters, nonzero, notes = [], details = {} } = constructed;
  const conditions = certificate?.conditions ?? [];
  const upper = certificate?.error.upper ?? null;
  return {
    construction: name,
    target: task.target.name,
    size,
    sizeName,
    options,
    layers,
    parameters,
    ...(nonzero === undefined ? {} : { nonzero }),
    error: { lower: measured.lower, upper },
    norm: flags.norm ?? "sup",
    epsilon: flags.epsilon ?? null,
    certified: upper !== null && Number.isFinite(upper) && conditions.length === 0,
    conditions,
    certificate: certificate ?? null,
    ...(refused ? { refused } : {}),
    ...(untried ? { untried } : {}),
    notes,
    details,
    seconds,
  };
}

function describe(result: ConstructResult, { certificate }: Made): string {
  const { construction, target, size, sizeName, layers, parameters, nonzero, refused, untried } = result;
  const hint =
    findConstruction(construction).uncertified === undefined ? " (--certify bounds it for certain)" : "";
  const sparse = nonzero === undefined ? "" : ` (${whole(nonzero)} not 0)`;
  const lines = [
    `${construction} of ${target}: ${whole(size)} ${sizeName}, ${whole(layers)} ${layers === 1 ? "layer" : "layers"}, ${whole(parameters)} parameters${sparse}`,
    ...(certificate
      ? describeCertificate(certificate)
      : [`largest error met: ${short(result.error.lower)}${hint}`]),
  ];
  if (refused) lines.push(`the next smaller size, ${whole(refused.size)}, is ${refused.verdict}`);
  if (untried) {
    lines.push(
      `out of time (--search-seconds): sizes ${whole(untried.from)} to ${whole(untried.to)} were not decided, a smaller one may do`,
    );
  }
  return [...lines, ...result.notes.map((text) => `note: ${text}`)].join("\n");
}
