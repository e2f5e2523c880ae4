import { Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { fitOnnx, fitSafetensors } from "../../experiments/fit/export.js";
import { openFit, tableAsSources } from "../../experiments/fit/open.js";
import { requireHeld } from "../../experiments/held.js";
import { encodeWeights } from "../../experiments/weights.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { requireNotOver } from "../../files/not-over.js";
import { type OnnxOptions, toOnnx } from "../../nn/onnx/to-onnx.js";
import { openRun, requireNoModule, type TargetModule, targetModuleOption } from "../module-target.js";
import { parseNumber } from "../number.js";
import { note, bytes as sayBytes } from "../output.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

const formats = ["onnx", "safetensors"] as const;

interface ExportFlags extends TargetModule {
  format?: (typeof formats)[number];
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
      .argument(
        "<run>",
        "folder of a finished run (train --out, construct --out) or of a fit to a table (fit --out)",
      )
      .addOption(
        new Option("--format <name>", "what to write (default: as the file's name ends)").choices(formats),
      )
      .requiredOption("-o, --output <file>", "the file to write")
      .option("--dynamic-length", "onnx: take sequences of any length, where the model does")
      .addOption(
        new Option(
          "--max-tokens <n>",
          "onnx, with --dynamic-length: rows of the position table (default 1024)",
        ).argParser((text: string) => parseNumber("--max-tokens", text)),
      )
      .addOption(targetModuleOption())
      .option("--quiet", "print nothing")
      .addHelpText(
        "after",
        `\nAn ONNX file (opset 17) has the inputs x [batch, m, inputDim], y [batch, n, targetDim] where a decoder reads
several tokens (true outputs, which it shifts right itself) and keyMask [batch, m] of models with padding; its
output is named output [batch, n, outputDim].

Of a fit to a table x is float64 [batch, numbers of a row] and output float64 [batch, 1], both in the table's own
units: standardisation is part of the file. FILE.json says in which order columns and categories stand; the file's
metadata say it, too. Safetensors of a fit are weights alone: numbers are standardised by what FILE.json says.
${examples("plateau export runs/a -o model.onnx", "plateau export runs/a -o weights.safetensors", "plateau export runs/cars -o cars.onnx")}`,
      )
      .action(async (run: string, flags: ExportFlags) => {
        exit(await execute(run, flags));
      });
  },
};

async function execute(run: string, flags: ExportFlags): Promise<number> {
  const { output, dynamicLength, maxTokens, targetModule, quiet } = flags;
  const format = flags.format ?? formatOf(output);
  if (format !== "onnx" && (dynamicLength || maxTokens !== undefined)) {
    throw new PlateauError("usage", `--dynamic-length and --max-tokens are of onnx, not of ${format}`);
  }
  if (maxTokens !== undefined && !dynamicLength) {
    throw new PlateauError("usage", "--max-tokens is the size of a table of --dynamic-length: give both");
  }
  const held = requireHeld(run, ["run", "fit"], "plateau export");
  const description = `${output}.json`;
  const tables = await tableAsSources(run);
  for (const place of [output, description]) requireNotOver("-o", place, tables);
  const { file, beside } = await exporters[held](run, format, { dynamicLength, maxTokens }, { targetModule });
  writeFileAtomic(output, file);
  if (beside) writeFileAtomic(description, `${JSON.stringify(beside, null, 2)}\n`);
  if (!quiet) {
    note(`saved in ${output} (${format}, ${sayBytes(file.length)})`);
    if (beside) note(`what its numbers are: ${description}`);
  }
  return exitCodes.done;
}

/** @throws PlateauError `usage` for an ending that says nothing */
function formatOf(output: string): Format {
  for (const one of formats) if (output.toLowerCase().endsWith(`.${one}`)) return one;
  throw new PlateauError(
    "usage",
    `cannot tell what to write as ${quote(output)}: let its name end with ${formats.map((one) => `.${one}`).join(" or ")}, or give --format`,
  );
}

type Format = NonNullable<ExportFlags["format"]>;
interface Exported {
  readonly file: Uint8Array;
  /** What a file beside it describes. */
  readonly beside?: object;
}

/** What writes, by what a folder holds: one line each. */
const exporters = { run: exportRun, fit: exportFit } as const;

async function exportRun(
  path: string,
  format: Format,
  options: OnnxOptions,
  module: TargetModule,
): Promise<Exported> {
  const directory = await openRun(path, module);
  const model = await directory.model();
  const config = JSON.stringify(directory.experiment.config);
  return { file: format === "onnx" ? toOnnx(model, options) : encodeWeights(model, { config }) };
}

async function exportFit(
  path: string,
  format: Format,
  { dynamicLength }: OnnxOptions,
  module: TargetModule,
): Promise<Exported> {
  requireNoModule(module, "fit");
  if (dynamicLength) {
    throw new PlateauError("usage", "--dynamic-length is for sequences: a row of a table has one length");
  }
  const fit = await openFit(path);
  const { file, description } = format === "onnx" ? fitOnnx(fit) : fitSafetensors(fit);
  return { file, beside: description };
}
