import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../src/hash.js";
import { plateau, type Scenario, small } from "./scenario.js";

/** One model, with a checkpoint after each update. */
export const train: Scenario = {
  name: "train",
  by: ["calls", "system"],
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
