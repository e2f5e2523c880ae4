import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../src/cli/program.js";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { sha256Hex } from "../../src/hash.js";
import { facts } from "../sweep/support/facts.js";

/** What a command came to. */
export interface Told {
  readonly code: number;
  readonly stderr: string;
}

/** Something that a user begins, that may fail anywhere, and that is then continued. */
export interface Scenario {
  readonly name: string;
  /** Whether it starts worker threads. */
  readonly threads: boolean;
  /** What lies ready before. */
  prepare(folder: string): void;
  begin(folder: string): Promise<Told>;
  /** As the user does it who reads what was said. */
  resume(folder: string): Promise<Told>;
  /** All that has to be the same to the last bit, as text. */
  outcome(folder: string): Promise<string>;
}

/** Runs the command line in this process. */
async function plateau(args: readonly string[]): Promise<Told> {
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  let told = "";
  stdout.write = (() => true) as typeof out;
  stderr.write = ((text: string | Uint8Array) => {
    told += text;
    return true;
  }) as typeof err;
  try {
    return { code: await runCli(args), stderr: told };
  } finally {
    stdout.write = out;
    stderr.write = err;
  }
}

const small = [
  ...["--d-model", "4", "--ff", "4", "--heads", "1", "--layers", "1", "--batch", "8"],
  ...["--train-rows", "64", "--validation-rows", "16", "--test-rows", "16"],
];

const train: Scenario = {
  name: "train",
  threads: false,
  prepare() {},
  begin(folder) {
    const out = ["--out", join(folder, "run"), "--checkpoint-every", "0"];
    return plateau(["train", "m2n1", ...small, "--steps", "6", "--evaluate-every", "2", ...out]);
  },
  resume(folder) {
    const begun = existsSync(join(folder, "run", "run.json"));
    return begun ? plateau(["train", "--resume", join(folder, "run")]) : this.begin(folder);
  },
  async outcome(folder) {
    const run = join(folder, "run");
    const read = (name: string) => JSON.parse(readFileSync(join(run, name), "utf8"));
    const { weightsSha256, outcome, steps, loss, best, test, baselines } = read("result.json");
    const weights = await sha256Hex([readFileSync(join(run, "weights.safetensors"))]);
    const { evaluations } = read("history.json");
    const found = { weightsSha256, outcome, steps, loss, best, test, baselines, weights, evaluations };
    return JSON.stringify([found, readdirSync(run).sort(), readdirSync(folder)]);
  },
};

const space = { parameters: { lr: { type: "log-uniform", low: 1e-3, high: 0.1 } } };

const sweep: Scenario = {
  name: "sweep",
  threads: true,
  prepare(folder) {
    writeFileSync(join(folder, "space.json"), JSON.stringify(space));
  },
  begin(folder) {
    const study = ["--study", join(folder, "runs.sqlite"), "--space", join(folder, "space.json")];
    const how = [
      "--trials",
      "3",
      "--workers",
      "1",
      "--checkpoint-every",
      "0.001",
      "--sampler",
      "tpe:startup=1",
    ];
    const model = [...small, "--steps", "4", "--evaluate-every", "2"];
    return plateau(["sweep", "m2n1", ...study, ...how, ...model, "--quiet"]);
  },
  resume(folder) {
    const study = ["--study", join(folder, "runs.sqlite"), "--trials", "3", "--workers", "1", "--resume"];
    if (!existsSync(join(folder, "runs.sqlite"))) return this.begin(folder);
    const model = [...small, "--steps", "4", "--evaluate-every", "2", "--space", join(folder, "space.json")];
    return plateau(["sweep", "m2n1", ...study, ...model, "--sampler", "tpe:startup=1", "--quiet"]);
  },
  async outcome(folder) {
    const study = await openStudy(join(folder, "runs.sqlite"), { name: "m2n1" });
    try {
      // How often a worker broke down is no part of what came out.
      const trials = facts(study).map(({ failures: _, ...rest }) => rest);
      return JSON.stringify([trials, study.states]);
    } finally {
      study.close();
    }
  },
};

/** Every scenario: one line each. */
export const scenarios: readonly Scenario[] = [
  train, //
  sweep,
];
