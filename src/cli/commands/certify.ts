import { Option } from "commander";
import { modelFunction } from "../../analysis/model-function.js";
import { PlateauError } from "../../errors.js";
import { constructedOf } from "../../experiments/initial.js";
import type { RunDirectory } from "../../experiments/run-directory.js";
import { certifyConstructed } from "../../theory/certificates/certify-constructed.js";
import type { Enclosure } from "../../theory/certificates/enclosure.js";
import { defineTask } from "../../theory/constructions/task.js";
import { prepareBuild } from "../build.js";
import { addCertifyOptions, type CertifyFlags, certifyOptions, describeCertificate } from "../certificate.js";
import { interruptible } from "../interrupt.js";
import { openRun, type TargetModule, targetModuleOption } from "../module-target.js";
import { parseNumber } from "../number.js";
import { note, print, printJson } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes } from "../report.js";
import { targetOf } from "../target.js";
import { type CliCommand, examples } from "./command.js";

interface Flags extends CertifyFlags, TargetModule {
  target?: string;
  domain?: string;
  epsilon?: number;
  json?: boolean;
  quiet?: boolean;
}

const help = `
The verdict on ε is holds, refuted (with a counterexample) or undecided at this budget. What is bounded is the
network as float32 computes it. Bounds of the target come from its formula; where it has none, from
--lipschitz or an estimate, and the certificate then says that it is conditional. A target that jumps has no
certificate in the sup norm: --norm l2.`;

export const certifyCommand: CliCommand = {
  name: "certify",
  define(program, exit) {
    const command = program
      .command("certify")
      .description("bound for certain how far a stored network is from a target")
      .argument("<dir>", "folder of plateau train --out or plateau construct --out")
      .option("--target <target>", "compare with this (default: what the network was made for)")
      .option("--domain <sides>", "where, for an expression: x=-1:1,y=0:2 (default: 0 to 1)")
      .addOption(
        new Option("--epsilon <E>", "decide whether the error is at most this").argParser((value: string) =>
          parseNumber("--epsilon", value),
        ),
      )
      .addOption(targetModuleOption());
    addCertifyOptions(command);
    command
      .addHelpText(
        "after",
        `${help}\n${examples(
          "plateau certify runs/a --epsilon 0.05",
          'plateau certify runs/a --target "sin(6*x)" --domain x=0:0.5 --json',
          "plateau certify runs/steps --norm l2",
        )}`,
      )
      .action(async (path: string, flags: Flags) => {
        exit(await execute(path, flags));
      });
  },
};

async function execute(path: string, flags: Flags): Promise<number> {
  const directory = await openRun(path, flags);
  const { config } = directory.experiment;
  if (config.mode === "classification") {
    throw new PlateauError(
      "usage",
      `${path} holds a classifier, whose outputs are classes: certificates are for regression`,
    );
  }
  if (flags.domain !== undefined && flags.target === undefined) {
    throw new PlateauError("usage", "--domain is for the expression of --target: give both");
  }
  const { target, assumed } =
    flags.target === undefined
      ? { target: directory.experiment.target }
      : targetOf(flags.target, flags.domain);
  if (assumed && !flags.quiet) note(`note: ${assumed}`);
  if (target.embedding && !flags.quiet) {
    note(`note: certified is all of the box around the data of ${target.name}, which fill only a part of it`);
  }
  prepareBuild(config.build);
  const model = await directory.model();
  const task = defineTask(target, config.dim);
  const progress = new ProgressLine(flags.quiet);
  const { signal, dispose } = interruptible(() => progress.show("stopping…"));
  const certificate = await certifyConstructed(
    task,
    { construction: path, model, g: modelFunction(model), enclosure: ownBounds(directory) },
    {
      ...certifyOptions(flags),
      epsilon: flags.epsilon,
      signal,
      onProgress: (share) => progress.show(`certifying ${Math.floor(100 * share)}%`),
    },
  ).finally(() => {
    progress.clear();
    dispose();
  });
  if (flags.json) printJson(certificate);
  else
    print(
      [`${certificate.model} against ${certificate.target}`, ...describeCertificate(certificate)].join("\n"),
    );
  return exitCodes.done;
}

/** Of a network that was constructed and never trained: what its construction knows of it beyond its graph. */
function ownBounds(directory: RunDirectory): Enclosure | undefined {
  const { config, target } = directory.experiment;
  if (config.init === undefined || directory.result().outcome !== "constructed") return undefined;
  return constructedOf(config.init, target, config.dim).modelEnclosure;
}
