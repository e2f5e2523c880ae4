import type { Estimate } from "../../src/analysis/statistics/bootstrap.js";
import { pairedRatio, type Timing, timing } from "../statistics.js";
import { PeerFailure, PeerProcess } from "./child.js";
import type { Checked, Hello, Job } from "./protocol.js";
import type { Peer } from "./registry.js";

/** A job that several peers do, and with dropout where they are asked for its cost. */
export interface Case {
  /** step:B, predict:A. */
  readonly name: string;
  readonly plain: Job;
  readonly dropout?: Job;
}

/** What one peer took for a case, or why it has no figure. */
export interface Outcome {
  readonly msPerStep?: Timing;
  /** Its time over ours, round by round: above 1 ours is faster. Absent for ours. */
  readonly ratio?: Estimate;
  /** Of two workers together, or of two processes: instead of `msPerStep` for sweeps. */
  readonly stepsPerSecond?: Timing;
  /** Rows a second, of predictions. */
  readonly rowsPerSecond?: number;
  /** Time with dropout over time without. */
  readonly dropoutCost?: Estimate;
  /** Largest relative difference of its loss from ours at the first step and over the first steps, or of outputs. */
  readonly difference?: { readonly first: number; readonly most: number };
  readonly failed?: string;
}

export interface RoundOptions {
  readonly rounds: number;
  /** Of one peer in one round. */
  readonly seconds: number;
  /** That one request to a peer may take, and after which it gets no further round of a case. */
  readonly limit: number;
  readonly core?: number;
}

const CHECKED_STEPS = 8;
const WARM_UP_SECONDS = 1;
/** Largest relative difference of the first loss, and of outputs, between float32 sums in different orders. */
const TOLERANCE = { loss: 1e-5, outputs: 1e-4 };

/** A peer with its process, which is started again after a failure. */
export class Contestant {
  readonly peer: Peer;
  readonly #options: RoundOptions;
  #process: PeerProcess | undefined;
  hello: Hello | undefined;

  constructor(peer: Peer, options: RoundOptions) {
    this.peer = peer;
    this.#options = options;
  }

  /** @throws Error where it cannot be started */
  async process(): Promise<PeerProcess> {
    if (!this.#process?.alive) {
      const { core, limit } = this.#options;
      this.#process = new PeerProcess(this.peer.command(), { core, seconds: limit });
      this.hello = await this.#process.hello();
    }
    return this.#process;
  }

  close(): void {
    this.#process?.close();
  }
}

/** Takes turns: in every round each contestant does a case for some time, in an order that moves on. */
export async function race(
  { name, plain, dropout }: Case,
  contestants: readonly Contestant[],
  { rounds, seconds, limit }: RoundOptions,
): Promise<Record<string, Outcome>> {
  const [first] = contestants;
  const failed = new Map<Contestant, string>();
  const spent = new Map<Contestant, number>();
  const differences = new Map<Contestant, Outcome["difference"]>();
  const samples = new Map(contestants.map((one) => [one, { plain: [], dropout: [] } as Samples]));
  const attempt = async (one: Contestant, work: (process: PeerProcess) => Promise<void>) => {
    if (failed.has(one)) return;
    const start = performance.now();
    try {
      await work(await one.process());
      spent.set(one, (spent.get(one) ?? 0) + (performance.now() - start) / 1000);
    } catch (error) {
      failed.set(one, (error as Error).message);
    }
  };
  const drops = (one: Contestant) => dropout !== undefined && one.peer.dropout === true;

  let reference: Checked | undefined;
  for (const one of contestants) {
    await attempt(one, async (process) => {
      await process.load("plain", plain);
      const checked = await process.check("plain", CHECKED_STEPS);
      if (one === first) reference = checked;
      else differences.set(one, difference(checked, reference!));
      await process.time("plain", WARM_UP_SECONDS);
      if (!drops(one)) return;
      await process.load("dropout", dropout!);
      await process.time("dropout", WARM_UP_SECONDS);
    });
    if (one === first && failed.has(one)) throw new PeerFailure(`${one.peer.name}: ${failed.get(one)}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const one = contestants[(turn + round) % contestants.length];
      // What took that long has fewer rounds, not none.
      if (round > 0 && spent.get(one)! > limit) continue;
      const own = samples.get(one)!;
      await attempt(one, async (process) => {
        own.plain.push(await process.time("plain", seconds));
        if (drops(one)) own.dropout.push(await process.time("dropout", seconds));
      });
    }
  }
  for (const one of contestants) {
    await attempt(one, async (process) => {
      await process.drop("plain");
      if (drops(one)) await process.drop("dropout");
    });
  }
  const oursAt = timing(samples.get(first)!.plain).rounds;
  return Object.fromEntries(
    contestants.map((one): [string, Outcome] => {
      const why = failed.get(one);
      if (why !== undefined) return [one.peer.name, { failed: why }];
      const own = samples.get(one)!;
      const msPerStep = timing(own.plain);
      const unlike = differences.get(one);
      return [
        one.peer.name,
        {
          msPerStep,
          ...(one === first
            ? {}
            : { ratio: pairedRatio(msPerStep.rounds, oursAt, name), difference: unlike }),
          ...(plain.kind === "predict"
            ? { rowsPerSecond: Math.round((1000 * plain.batch) / msPerStep.median) }
            : {}),
          ...(drops(one)
            ? { dropoutCost: pairedRatio(timing(own.dropout).rounds, msPerStep.rounds, `${name} dropout`) }
            : {}),
        },
      ];
    }),
  );
}

interface Samples {
  readonly plain: (readonly number[])[];
  readonly dropout: (readonly number[])[];
}

/** @throws PeerFailure where the peer computes something else than we do */
function difference(theirs: Checked, ours: Checked): { first: number; most: number } {
  const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), 1);
  if (ours.outputs) {
    const most = Math.max(
      ...ours.outputs.map((value, i) => relative(theirs.outputs?.[i] ?? Number.NaN, value)),
    );
    if (!(most <= TOLERANCE.outputs)) throw new PeerFailure(`its outputs differ from ours by ${most}`);
    return { first: most, most };
  }
  const each = ours.losses!.map((loss, i) => Math.abs((theirs.losses?.[i] ?? Number.NaN) - loss) / loss);
  if (!(each[0] <= TOLERANCE.loss)) {
    throw new PeerFailure(`its loss at step 1 is ${theirs.losses?.[0]}, ours ${ours.losses![0]}`);
  }
  return { first: each[0], most: Math.max(...each) };
}
