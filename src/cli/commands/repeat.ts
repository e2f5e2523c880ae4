import { Option } from "commander";
import { PlateauError } from "../../errors.js";
import { differing } from "../../experiments/repeat/parts.js";
import type { Repeatable } from "../../experiments/repeat/repeatable.js";
import type { Repeated, Repeater, RepeatOptions } from "../../experiments/repeat/repeater.js";
import type { Build } from "../../runtime/compile.js";
import { counted, shellWord } from "../../text.js";
import { version } from "../../version.js";
import { prepareBuild } from "../build.js";
import { interruptible } from "../interrupt.js";
import { parseWorkers } from "../number.js";
import { note, print, printJson, whole } from "../output.js";
import { ProgressLine } from "../progress.js";
import { exitCodes, Interruption } from "../report.js";
import { type CliCommand, examples } from "./command.js";

interface RepeatFlags {
  workers?: number;
  out?: string;
  anyway?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Names of parts that a line has room for. */
const NAMED = 8;

export const repeat: CliCommand = {
  name: "repeat",
  define(program, exit) {
    program
      .command("repeat")
      .description("run again what a report tells of, and say whether the bits agree")
      .argument("<report>", "HTML file of plateau report")
      .addOption(
        new Option("--workers <n>", "trainings at a time (default: one a core)").argParser(parseWorkers),
      )
      .option("--out <dir>", "keep what is run in a folder, and continue there what was interrupted")
      .option("--anyway", "also where another version made the report: bits are promised within one")
      .option("--json", "print one JSON document")
      .option("--quiet", "no progress on stderr")
      .addHelpText(
        "after",
        examples("plateau repeat report.html", "plateau repeat report.html --out again --json"),
      )
      .action(async (path: string, flags: RepeatFlags) => exit(await execute(path, flags)));
  },
};

/** Loads what it needs when it is called: other commands start faster without. */
async function execute(path: string, flags: RepeatFlags): Promise<number> {
  const { readRepeatable } = await import("../../report/repeatable.js");
  const { findRepeater } = await import("../../experiments/repeat/registry.js");
  const { repeatFolder } = await import("../../experiments/repeat/folder.js");
  const repeatable = readRepeatable(path);
  const { kind, plateau } = repeatable;
  requireVersion(plateau, flags);
  const repeater = findRepeater(kind);
  const config = repeater.parse(repeatable.config);
  const build = buildOf(repeater, config);
  prepareBuild(build);
  if (!flags.quiet) note(`${kind} of plateau ${plateau}: ${printable(repeater.describe(config))}`);
  // Made when signals are heard: else it would be left.
  const run = async (options: Omit<RepeatOptions, "folder">) => {
    const folder = repeatFolder(flags.out, repeatable);
    try {
      return await repeater.run(config, { ...options, folder: folder.work });
    } finally {
      folder.dispose();
    }
  };
  return show(repeatable, await interruptedAs(path, flags, run), build, flags);
}

/** Which kernels compute it: strict ones, where a repeater does not say. */
const buildOf = (repeater: Repeater, config: unknown): Build => repeater.build?.(config) ?? "strict";

/** @throws PlateauError `usage` where another version made the report, unless told to go on */
function requireVersion(plateau: string, { anyway, quiet }: RepeatFlags): void {
  if (plateau === version) return;
  const said = `the report was made by plateau ${plateau}, this is ${version}: bits are promised within one version`;
  if (!anyway) throw new PlateauError("usage", `${said}; --anyway runs it all the same`);
  if (!quiet) note(`note: ${said}`);
}

async function interruptedAs(
  path: string,
  { workers, out, quiet, anyway }: RepeatFlags,
  run: (options: Omit<RepeatOptions, "folder">) => Promise<Repeated>,
): Promise<Repeated> {
  const line = new ProgressLine(quiet);
  const options = ["--out", shellWord(out ?? ""), ...(anyway ? ["--anyway"] : [])];
  const command = ["plateau", "repeat", shellWord(path), ...options].join(" ");
  const { signal, dispose } = interruptible(
    () => line.show("stopping…"),
    () => (out === undefined ? undefined : command),
  );
  try {
    return await run({
      ...{ workers, signal },
      onProgress: (text, share) => line.show(printable(`${(100 * share).toFixed(0)}%  ${text}`)),
      onNote: (text) => {
        line.clear();
        if (!quiet) note(printable(text));
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interruption(
      out === undefined
        ? "interrupted: nothing is kept without --out"
        : `interrupted, continue with: ${command}`,
      out,
    );
  } finally {
    line.clear();
    dispose();
  }
}

function show(
  { kind, fingerprint, parts, plateau }: Repeatable,
  found: Repeated,
  build: Build,
  { json }: RepeatFlags,
): number {
  const agrees = found.fingerprint === fingerprint;
  const different = agrees || !parts ? [] : differing(parts, found.parts);
  const count = Object.keys(found.parts).length;
  const promised = build === "strict";
  if (json) {
    const versions = { report: plateau, now: version };
    printJson({
      kind,
      agrees,
      build,
      promised: promised && plateau === version,
      versions,
      expected: fingerprint,
      found: found.fingerprint,
      parts: count,
      different,
    });
  } else if (agrees) print(`the bits agree: ${fingerprint}`);
  else {
    print(`the bits differ: the report has ${fingerprint}, this run ${found.fingerprint}`);
    const named = different.slice(0, NAMED).map(printable).join(", ");
    const more = different.length > NAMED ? `, and ${whole(different.length - NAMED)} more` : "";
    if (different.length > 0)
      print(`${whole(different.length)} of ${counted(count, "part")} differ: ${named}${more}`);
    if (!promised)
      print("the relaxed build was used: its last bits may differ from engine to engine, none are promised");
  }
  return agrees ? exitCodes.done : exitCodes.failed;
}

/** Text of a report as a terminal may have it: a stranger's may hold commands to it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\ufffd");
}
