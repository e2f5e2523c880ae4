import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Options of trials that take a tenth of a second. */
export const small = [
  ...["--steps", "60", "--batch", "16", "--evaluate-every", "20"],
  ...["--train-rows", "1000", "--validation-rows", "100", "--test-rows", "100"],
];
const space = {
  parameters: { dModel: [4, 8], lr: { type: "log-uniform", low: 1e-4, high: 0.1 }, layers: 1 },
};

/** Writes a small space into a folder. @returns its name */
export function spaceFile(cwd: string): string {
  writeFileSync(join(cwd, "space.json"), JSON.stringify(space));
  return "space.json";
}
