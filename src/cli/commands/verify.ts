import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { type CaseResult, verify as verifyFiles } from "../../experiments/verify/index.js";
import { modelLimits } from "../../experiments/verify/models.js";
import { opLimits } from "../../experiments/verify/ops.js";
import { ioError } from "../../files/io-error.js";
import { readFileChecked } from "../../files/read.js";
import { type Build, builds } from "../../runtime/compile.js";
import { prepareBuild } from "../build.js";
import { note, print, printJson, table } from "../output.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

/** The shipped vectors, seen from dist/src/cli/commands. */
const SHIPPED = new URL("../../../../test/fixtures/golden/", import.meta.url);
const MAX_BYTES = 2 ** 32;

const [elementwise, matrix, outputs, loss, gradients, losses, trained] = [
  ...[opLimits.elementwise, opLimits.matrix, modelLimits.outputs, modelLimits.loss],
  ...[modelLimits.gradients, modelLimits.losses, modelLimits.trained],
].map((limit) => limit.toExponential());
const limits = `
Largest errors allowed, relative to the largest magnitude of the reference tensor:
  op      ${elementwise}, of products and attention ${matrix}
  model   outputs ${outputs}, loss ${loss}, gradients ${gradients}, losses of ten updates ${losses},
          outputs after ten updates ${trained} (more updates, as many times more)
`;

export const verify: CliCommand = {
  name: "verify",
  define(program, exit) {
    program
      .command("verify")
      .description("hold this build to reference vectors of PyTorch: outputs, gradients, losses, ten updates")
      .argument("[path...]", "reference files (.safetensors) or folders of them (default: the shipped ones)")
      .addOption(new Option("--build <build>", "WebAssembly build").choices([...builds]).default("strict"))
      .option("--json", "print one JSON document")
      .addHelpText(
        "after",
        `${limits}${examples("plateau verify", "plateau verify my-vectors/ --json", "plateau verify --build relaxed")}`,
      )
      .action((paths: string[], options: { build: Build; json?: boolean }) => {
        prepareBuild(options.build);
        const files = (paths.length > 0 ? paths : [fileURLToPath(SHIPPED)]).flatMap(listFiles);
        const result = verifyFiles(read(files), { build: options.build });
        if (options.json) printJson(result);
        else {
          print(describe(result.cases));
          print(`${result.passed} passed, ${result.failed} failed (${options.build} build)`);
        }
        for (const { problem } of result.cases) if (problem) note(problem);
        exit(result.failed === 0 ? exitCodes.done : exitCodes.failed);
      });
  },
};

/** Files are read one at a time, as they are needed. */
function* read(files: readonly string[]): Generator<{ name: string; bytes: Uint8Array }> {
  for (const file of files) yield { name: file, bytes: readFileChecked(file, MAX_BYTES) };
}

/** A file as it is; of a folder, all .safetensors files below it in order of their names. */
function listFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true }) as string[];
    const found = names.filter((name) => name.endsWith(".safetensors")).sort();
    if (found.length === 0) {
      throw new PlateauError("io", `${quote(path)} holds no .safetensors files: name a folder that does`);
    }
    return found.map((name) => join(path, name));
  } catch (cause) {
    if (cause instanceof PlateauError) throw cause;
    throw ioError("cannot read", path, cause);
  }
}

function describe(cases: readonly CaseResult[]): string {
  const rows = cases.map(({ name, ok, errors, limits }) => {
    // The tensor that uses up most of what it is allowed.
    const [worst] = Object.keys(errors).sort((a, b) => errors[b] / limits[b] - errors[a] / limits[a]);
    const numbers = worst ? [errors[worst].toExponential(1), limits[worst].toExponential(0)] : ["–", "–"];
    return [name, worst ?? "–", ...numbers, ok ? "ok" : "FAILED"];
  });
  return table(["case", "worst tensor", "its error", "limit", ""], rows);
}
