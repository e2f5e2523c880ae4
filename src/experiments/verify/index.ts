import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import type { Build } from "../../runtime/compile.js";
import { type CaseResult, openReference } from "./cases.js";
import { verifyModel } from "./models.js";
import { verifyOp } from "./ops.js";

export type { CaseResult } from "./cases.js";

/** What `verify` found, file by file. */
export interface VerifyResult {
  cases: CaseResult[];
  passed: number;
  failed: number;
}

/**
 * Runs reference files (safetensors: an op or a model with its inputs, outputs, gradients and ten
 * training updates) through this build and compares.
 * A file that cannot be run counts as failed, with its `problem`.
 * @throws PlateauError `usage` where `files` is no list
 */
export function verify(
  files: Iterable<{ name: string; bytes: Uint8Array }>,
  options: { build?: Build } = {},
): VerifyResult {
  requireArguments("verify", { options: [options, "object?"] });

  if (typeof files !== "object" || files === null || !(Symbol.iterator in files)) {
    throw new PlateauError("usage", `verify takes a list of files with name and bytes, not ${quote(files)}`);
  }
  const cases: CaseResult[] = [];
  for (const file of files) {
    requireArguments("verify", { file: [file, "reference file: name bytes"] });
    cases.push(verifyFile(file.name, file.bytes, options.build ?? "strict"));
  }
  const passed = cases.filter(({ ok }) => ok).length;
  return { cases, passed, failed: cases.length - passed };
}

function verifyFile(source: string, bytes: Uint8Array, build: Build): CaseResult {
  const name = source.replace(/^.*[\\/]/, "").replace(/\.safetensors$/, "");
  let kind: CaseResult["kind"] = name.startsWith("model.") ? "model" : "op";
  try {
    const file = openReference(bytes, source);
    if (file.metadata["kind"] === "model" || file.metadata["kind"] === "op") kind = file.metadata["kind"];
    return kind === "model" ? verifyModel(file, name, build) : verifyOp(file, name, build);
  } catch (error) {
    if (!(error instanceof PlateauError)) throw error;
    const { message } = error;
    const problem = message.startsWith(source) ? message : `${source}: ${message}`;
    return { name, kind, ok: false, errors: {}, limits: {}, problem };
  }
}
