import { availableParallelism, totalmem } from "node:os";
import { type EngineName, engineName, engineText } from "../../experiments/environment.js";
import { type Build, builds, supports } from "../../runtime/compile.js";
import { MEMORY_LIMIT } from "../../runtime/engine.js";
import type { Wide } from "../../runtime/widen.js";
import { version } from "../../version.js";
import { enableRelaxed, widen } from "../build.js";
import { bytes, print, printJson, table } from "../output.js";
import { type CliCommand, examples } from "./command.js";

/** What `plateau info --json` prints. */
export interface Info {
  version: string;
  /** The build that is used unless another is asked for. */
  build: Build;
  /** Those that this engine runs. */
  builds: Build[];
  engine: EngineName;
  platform: string;
  simd: { simd128: boolean; relaxed: boolean };
  /** Whether the command line has kernels widened to 256 bits. */
  widened: Wide;
  /** Threads that `plateau demo` uses. */
  cores: number;
  memory: {
    /** Most that one model with its training may take: 32-bit WebAssembly. */
    limitBytes: number;
    machineBytes: number;
  };
}

export const info: CliCommand = {
  name: "info",
  define(program, exit) {
    program
      .command("info")
      .description("show version, build, engine, SIMD features, cores and memory limit")
      .option("--json", "print one JSON document")
      .addHelpText("after", examples("plateau info", "plateau info --json"))
      .action((options: { json?: boolean }) => {
        const found = collect();
        if (options.json) printJson(found);
        else print(describe(found));
        exit(0);
      });
  },
};

function collect(): Info {
  const simd = { simd128: supports("strict"), relaxed: enableRelaxed() };
  return {
    version,
    build: "strict",
    builds: builds.filter((build) => supports(build)),
    engine: engineName(),
    platform: `${process.platform}-${process.arch}`,
    simd,
    widened: widen(),
    cores: availableParallelism(),
    memory: { limitBytes: MEMORY_LIMIT, machineBytes: totalmem() },
  };
}

function describe({ version, builds, engine, platform, simd, widened, cores, memory }: Info): string {
  const yes = (flag: boolean) => (flag ? "yes" : "no");
  return table(
    ["plateau", version],
    [
      ["builds (the first by default)", builds.join(", ") || "none runs here"],
      ["engine", `${engineText(engine)}, ${platform}`],
      ["WebAssembly SIMD / relaxed SIMD", `${yes(simd.simd128)} / ${yes(simd.relaxed)}`],
      ["widened to 256 bits", widened.wide ? "yes" : `no: ${widened.reason}`],
      ["cores", String(cores)],
      ["memory limit of one model", `${memory.limitBytes} bytes (${bytes(memory.limitBytes)})`],
      ["memory of the machine", bytes(memory.machineBytes)],
    ],
  );
}
