import { Option } from "commander";
import { PlateauError } from "../../errors.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { encodeWeights } from "../../experiments/weights.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { toOnnx } from "../../nn/onnx/to-onnx.js";
import { parseNumber } from "../number.js";
import { note, bytes as sayBytes } from "../output.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

interface ExportFlags {
  format?: "onnx" | "safetensors";
  output: string;
  dynamicLength?: boolean;
  maxTokens?: number;
  quiet?: boolean;
}

export const exportCommand: CliCommand = {
  name: "export",
  define(program, exit) {
    program
      .command("export")
      .description("write a trained model for other programs: ONNX, or weights under their PyTorch names")
      .argument("<run>", "folder of a finished run (train --out, construct --out)")
      .addOption(
        new Option("--format <name>", "what to write (default: as the file's name ends, else onnx)").choices([
          "onnx",
          "safetensors",
        ]),
      )
      .requiredOption("-o, --output <file>", "the file to write")
      .option("--dynamic-length", "onnx: take sequences of any length, where the model does")
      .addOption(
        new Option(
          "--max-tokens <n>",
          "onnx, with --dynamic-length: rows of the position table (default 1024)",
        ).argParser((text: string) => parseNumber("--max-tokens", text)),
      )
      .option("--quiet", "print nothing")
      .addHelpText(
        "after",
        `\nAn ONNX file (opset 17) has the inputs x [batch, m, inputDim], y [batch, n, targetDim] where a decoder reads
several tokens (true outputs, which it shifts right itself) and keyMask [batch, m] of models with padding; its
output is named output [batch, n, outputDim].
${examples("plateau export runs/a -o model.onnx", "plateau export runs/a -o weights.safetensors")}`,
      )
      .action(async (run: string, flags: ExportFlags) => {
        exit(await execute(run, flags));
      });
  },
};

async function execute(run: string, flags: ExportFlags): Promise<number> {
  const { output, dynamicLength, maxTokens, quiet } = flags;
  const format = flags.format ?? (output.endsWith(".safetensors") ? "safetensors" : "onnx");
  if (format !== "onnx" && (dynamicLength || maxTokens !== undefined)) {
    throw new PlateauError("usage", `--dynamic-length and --max-tokens are of onnx, not of ${format}`);
  }
  if (maxTokens !== undefined && !dynamicLength) {
    throw new PlateauError("usage", "--max-tokens is the size of a table of --dynamic-length: give both");
  }
  const directory = RunDirectory.open(run);
  const model = await directory.model();
  const content =
    format === "onnx"
      ? toOnnx(model, { dynamicLength, maxTokens })
      : encodeWeights(model, { config: JSON.stringify(directory.experiment.config) });
  writeFileAtomic(output, content);
  if (!quiet) note(`saved in ${output} (${format}, ${sayBytes(content.length)})`);
  return exitCodes.done;
}
