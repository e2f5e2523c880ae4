import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ObjectiveContext } from "../../../src/sweep/objective.js";

// (module (memory 1) (func (export "trap") unreachable)), by hand.
const TRAP = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 11],
);

/** Does what `parameters.deed` says, every time or, with `task.once` (a folder), the first time of each trial. */
export default async function misbehaving({ parameters, task, number, report }: ObjectiveContext) {
  const { once } = task as { once?: string };
  const deed = String(parameters["deed"]);
  const mark = once && join(once, String(number));
  if (!mark || !existsSync(mark)) {
    if (mark) writeFileSync(mark, "");
    await deeds[deed]?.(report);
  }
  return 1;
}

const deeds: Record<string, (report: ObjectiveContext["report"]) => unknown> = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error("no luck");
  },
  reject: () => Promise.reject(new Error("no luck either")),
  memory: () => {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));
  },
  trap: () => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(TRAP));
    (exports as { trap: () => void }).trap();
  },
  hang: () => {
    for (;;);
  },
  wait: () => new Promise(() => {}),
  nan: async (report) => {
    await report(1, 0.5);
    await report(2, Number.NaN);
  },
};
