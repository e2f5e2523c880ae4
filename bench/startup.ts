import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { timing } from "./statistics.js";
import type { BenchCase, Suite } from "./suite.js";

const ROUNDS = 9;
const cli = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const library = pathToFileURL(fileURLToPath(new URL("../src/index.js", import.meta.url))).href;
const firstStep = fileURLToPath(new URL("./first-step.js", import.meta.url));

/** Milliseconds of whole processes: of Node alone, of the command line, of an import of the library, of a first step. */
export const suite: Suite = {
  name: "startup",
  *cases() {
    yield process("node", ["-e", "0"]);
    yield process("version", [cli, "--version"]);
    yield process("info", [cli, "info"]);
    yield process("import", ["--input-type=module", "-e", `await import(${JSON.stringify(library)})`]);
    yield process("step", [firstStep]);
  },
};

function process(name: string, args: readonly string[]): BenchCase {
  return {
    name: `startup:${name}`,
    run() {
      const rounds = Array.from({ length: ROUNDS + 1 }, () => {
        const start = performance.now();
        const { status, stderr } = spawnSync(globalThis.process.execPath, args, { encoding: "utf8" });
        if (status !== 0) throw new Error(`startup:${name} ended with ${status}: ${stderr}`);
        return [performance.now() - start];
      });
      // The first finds none of its files in memory.
      return { ms: timing(rounds.slice(1)) };
    },
  };
}
