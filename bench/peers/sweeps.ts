import { fileURLToPath } from "node:url";
import { stepConfigs } from "../configs.js";
import { pairedRatio, timing } from "../statistics.js";
import { canPin, PeerProcess } from "./child.js";
import { writeJob } from "./jobs.js";
import type { Job } from "./protocol.js";
import { ours, peers } from "./registry.js";
import type { Contestant, Outcome, RoundOptions } from "./rounds.js";

const SWEPT = ["B", "D"];
/** Processes, and workers of ours: one a core of the smallest machine that a sweep is worth starting on. */
const TWO = 2;
const WARM_UP_SECONDS = 1;

/** Training steps a second of two workers of ours, and of two processes of PyTorch with a core each. */
export function sweepCases(
  folder: string,
  contestants: readonly Contestant[],
  options: RoundOptions,
): { name: string; run(): Promise<Record<string, Outcome>> }[] {
  return stepConfigs
    .filter(({ name }) => SWEPT.includes(name))
    .map((config) => ({
      name: `sweep:${config.name}`,
      run: () =>
        compared(writeJob(folder, `sweep:${config.name}`, config, { kind: "train" }), contestants, options),
    }));
}

async function compared(
  job: Job,
  contestants: readonly Contestant[],
  { rounds, seconds, limit }: RoundOptions,
): Promise<Record<string, Outcome>> {
  const sweep = {
    file: process.execPath,
    args: [fileURLToPath(new URL("./ours-sweep.js", import.meta.url))],
  };
  const groups = new Map([[ours.name, [new PeerProcess(sweep, { seconds: limit })]]]);
  const pytorch = peers.find(({ name }) => name === "pytorch")!;
  if (contestants.some(({ peer }) => peer === pytorch)) {
    const start = (core: number) =>
      new PeerProcess(pytorch.command(), { core: canPin() ? core : undefined, seconds: limit });
    groups.set(
      pytorch.name,
      Array.from({ length: TWO }, (_, core) => start(core)),
    );
  }
  try {
    const rates = new Map([...groups.keys()].map((name) => [name, [] as number[][]]));
    const failed = new Map<string, string>();
    /** All processes of a group at once: the sum of their steps a second. */
    const together = async (name: string, work: (process: PeerProcess) => Promise<number>) => {
      if (failed.has(name)) return undefined;
      try {
        const each = await Promise.all(groups.get(name)!.map(work));
        return each.reduce((a, b) => a + b);
      } catch (error) {
        failed.set(name, (error as Error).message);
        return undefined;
      }
    };
    const rate = (ms: readonly number[]) => (1000 * ms.length) / ms.reduce((a, b) => a + b);
    for (const name of groups.keys()) {
      await together(name, async (process) => {
        await process.load("plain", job);
        return rate(await process.time("plain", WARM_UP_SECONDS));
      });
    }
    for (let round = 0; round < rounds; round++) {
      const names = [...groups.keys()];
      for (const name of round % 2 === 0 ? names : names.reverse()) {
        const found = await together(name, async (process) => rate(await process.time("plain", 2 * seconds)));
        if (found !== undefined) rates.get(name)!.push([found]);
      }
    }
    const own = rates.get(ours.name)!;
    return Object.fromEntries(
      [...groups.keys()].map((name): [string, Outcome] => {
        const why = failed.get(name);
        if (why !== undefined || own.length === 0)
          return [name, { failed: why ?? "there is nothing to compare with" }];
        const stepsPerSecond = timing(rates.get(name)!);
        const ratio = pairedRatio(timing(own).rounds, stepsPerSecond.rounds, "sweep");
        return [name, { stepsPerSecond, ...(name === ours.name ? {} : { ratio }) }];
      }),
    );
  } finally {
    for (const process of [...groups.values()].flat()) process.close();
  }
}
