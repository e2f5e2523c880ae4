import { totalmem } from "node:os";
import { Option } from "commander";
import { type BoundTable, bound as boundOf } from "../../theory/bounds/bound.js";
import type { Constant } from "../../theory/bounds/constants.js";
import { type Magnitude, sayMagnitude } from "../../theory/bounds/magnitude.js";
import { defineTask } from "../../theory/constructions/task.js";
import { suggest } from "../completion/suggest.js";
import { interruptible } from "../interrupt.js";
import { parseNumber } from "../number.js";
import { note, percent, print, printJson, short, table } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { targetNames, targetOf } from "../target.js";
import { type CliCommand, examples } from "./command.js";

interface BoundFlags {
  target: string;
  domain?: string;
  epsilon: number;
  dim?: number;
  seed?: number;
  json?: boolean;
  quiet?: boolean;
}

const HELP = `
What an error of at most ε in sup norm costs, by each route. Counts are those of what plateau builds; orders are
those of theorems, their hidden constants taken to be 1. docs/theory.md explains the routes.`;

export const bound: CliCommand = {
  name: "bound",
  define(program, exit) {
    const number = (flag: string) => (value: string) => parseNumber(flag, value);
    program
      .command("bound")
      .description("what an error of ε costs in theory: layers, parameters and FLOPs by each construction")
      .addOption(
        suggest(
          new Option("--target <name>", "a function of plateau targets, or your own").makeOptionMandatory(),
          targetNames,
        ),
      )
      .option("--domain <sides>", "where, for an expression: x=-1:1,y=0:2 (default: 0 to 1)")
      .addOption(
        new Option("--epsilon <error>", "largest error, in units of the outputs")
          .argParser(number("--epsilon"))
          .makeOptionMandatory(),
      )
      .addOption(new Option("--dim <d>", "numbers per token (default 1)").argParser(number("--dim")))
      .addOption(
        new Option("--seed <seed>", "of samples and searches (default 0)").argParser(number("--seed")),
      )
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress line")
      .addHelpText(
        "after",
        `${HELP}${examples(
          'plateau bound --target "sin(6*x)" --epsilon 0.1',
          "plateau bound --target m4n3 --epsilon 0.1 --json",
        )}`,
      )
      .action(async (flags: BoundFlags) => exit(await execute(flags)));
  },
};

async function execute({
  target: text,
  domain,
  epsilon,
  dim,
  seed,
  json,
  quiet,
}: BoundFlags): Promise<number> {
  const { target, assumed } = targetOf(text, domain);
  if (assumed && !quiet) note(`note: ${assumed}`);
  const task = defineTask(target, dim);
  const progress = new ProgressLine(quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  let found: BoundTable;
  try {
    found = await boundOf(task, {
      epsilon,
      seed,
      memory: totalmem(),
      signal,
      onProgress: (share) => progress.show(`constants of the target ${percent(share)}`),
    });
  } finally {
    progress.clear();
    dispose();
  }
  if (json) printJson(found);
  else print(describe(found));
  return exitCodes.done;
}

function describe(found: BoundTable): string {
  const { target, epsilon, dim, inputTokens, constants, delta, routes } = found;
  const head = `${target}, error at most ${short(epsilon)} (d = ${dim}, m = ${inputTokens})`;
  const said = [
    constants.steep
      ? "Lipschitz constant: infinite, the target has a slope without bound"
      : constant("Lipschitz constant (inputs in ‖·‖_∞)", constants.lipschitz),
    constant("root mean square of the gradient", constants.gradientL2),
    ...(constants.holder
      ? [
          constant("Hölder exponent (inputs in ‖·‖₂)", constants.holder.exponent),
          constant("Hölder constant", constants.holder.constant),
        ]
      : []),
    ...(constants.curvature ? [constant("second derivatives, Σⱼₖ|∂ⱼ∂ₖf|", constants.curvature)] : []),
  ];
  const widths =
    delta.corner === null
      ? constants.jumps
        ? `${
            constants.unbounded
              ? "over small distances the target changes as much as over large ones: it does not jump, but its slopes have no bound, and"
              : "the target jumps:"
          } no δ gives a small error in sup norm, whatever it costs`
        : "no δ is known to suffice: no modulus of continuity was found"
      : `δ ≤ ${short(delta.corner)} suffices (values at corners), ${short(delta.centre)} with values at centres; ${
          delta.neededL2 === null ? "" : `no staircase is within ε in L² for δ > ${short(delta.neededL2)}`
        }`.replace(/; $/, "");
  const rows = routes.map(({ name, kind, size, layers, parameters, flops, fits, rounding }) => [
    name,
    kind,
    size,
    say(layers),
    say(parameters),
    say(flops),
    fits === null ? "–" : fits ? (rounding === null ? "yes" : "yes, not certified") : "no",
  ]);
  const list =
    rows.length === 0
      ? []
      : [
          table(["route", "", "size", "layers", "parameters", "FLOPs a context", "fits memory"], rows, [
            "left",
            "left",
            "left",
            "right",
            "right",
            "right",
            "left",
          ]),
          ...routes.map(({ name, source, why }) => `${name}: ${source}${why ? `; ${why}` : ""}`),
        ];
  return [head, ...said, widths, ...list].join("\n");
}

function constant(name: string, value: Constant | null): string {
  if (!value) return `${name}: not known, or not finite`;
  const interval =
    value.low === value.high
      ? ""
      : ` [${short(value.low)}, ${value.high === null ? "?" : short(value.high)}]`;
  return `${name}: ${short(value.value)}${interval}, ${value.known === "estimate" ? "an estimate" : value.known} (${value.how})`;
}

function say(value: Magnitude | null): string {
  return value === null ? "–" : sayMagnitude(value);
}
