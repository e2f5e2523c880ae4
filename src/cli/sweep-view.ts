import type { StudyDefinition } from "../sweep/definition.js";
import type { StudyEvent } from "../sweep/run/execution.js";
import type { StoredTrial } from "../sweep/storage/storage.js";
import type { Study } from "../sweep/study.js";
import { better, type TrialState } from "../sweep/trial.js";
import { counted } from "../text.js";
import { env } from "./env.js";
import { duration, short, whole } from "./output.js";
import { fitted } from "./progress.js";

const REDRAW_MILLISECONDS = 200;
const CLOCK_MILLISECONDS = 500;
/** Of a terminal that does not say. */
const ROWS = 24;

interface Slot {
  readonly number: number;
  readonly parameters: string;
  began: number;
  share?: number;
}

interface SweepViewOptions {
  readonly trials: number;
  /** Trials at a time. */
  readonly workers: number;
  /** Whether they run on other machines, where they wait until one has room. */
  readonly remote?: boolean;
  readonly quiet?: boolean;
}

/** The live view of a sweep: a line a worker, then counts, the best, and how long it takes. For terminals. */
export class SweepView {
  readonly #live: boolean;
  readonly #study: Study;
  readonly #trials: number;
  readonly #remote: boolean;
  readonly #slots: (Slot | undefined)[];
  readonly #counts: Record<TrialState, number>;
  readonly #began = performance.now();
  #ended = 0;
  #best: StoredTrial | undefined;
  #lines = 0;
  #drawn = 0;
  #note = "";
  #clock: NodeJS.Timeout | undefined;

  constructor(study: Study, { trials, workers, remote = false, quiet = false }: SweepViewOptions) {
    this.#live = !quiet && process.stderr.isTTY === true && env("TERM") !== "dumb";
    this.#study = study;
    this.#trials = trials;
    this.#remote = remote;
    this.#slots = Array.from({ length: workers });
    this.#counts = { ...study.states };
    this.#best = study.best;
    if (!this.#live) return;
    // Time passes where nothing happens, too.
    this.#clock = setInterval(() => this.#draw(), CLOCK_MILLISECONDS);
    this.#clock.unref();
  }

  get live(): boolean {
    return this.#live;
  }

  /** Seconds since the view was made. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  take(event: StudyEvent): void {
    const { worker } = event;
    switch (event.kind) {
      case "started": {
        const { number, parameters } = event.trial;
        this.#slots[worker] = {
          number,
          parameters: describeParameters(parameters),
          began: performance.now(),
        };
        break;
      }
      case "progress": {
        const slot = this.#slots[worker];
        const { seeds } = this.#study.definition;
        // On another machine it begins when that says so.
        if (slot && this.#remote && slot.share === undefined) slot.began = performance.now();
        if (slot) slot.share = (event.replicate + event.done / event.total) / seeds;
        break;
      }
      case "ended":
        this.#slots[worker] = undefined;
        this.#counts[event.trial.state]++;
        this.#ended++;
        if (isBetter(this.#study, event.trial, this.#best)) this.#best = event.trial;
        break;
      case "released":
        this.#slots[worker] = undefined;
    }
    if (this.#live && performance.now() - this.#drawn >= REDRAW_MILLISECONDS) this.#draw();
  }

  /** Shows a last word in the view: "stopping…". */
  note(text: string): void {
    this.#note = text;
    if (this.#live) this.#draw();
  }

  /** Takes the view off the screen for good. */
  close(): void {
    clearInterval(this.#clock);
    this.#clear();
  }

  #clear(): void {
    if (this.#lines > 0) process.stderr.write(`\u001b[${this.#lines}A\u001b[J`);
    this.#lines = 0;
  }

  #draw(): void {
    this.#drawn = performance.now();
    const lines = this.text(process.stderr.rows ?? ROWS).map((line) => fitted(line, process.stderr.columns));
    this.#clear();
    process.stderr.write(`${lines.join("\n")}\n`);
    this.#lines = lines.length;
  }

  /**
   * The lines of the view.
   * @param rows of the screen: a line that has left it at the top cannot be taken away again
   */
  text(rows = Number.POSITIVE_INFINITY): string[] {
    const width = String(this.#trials - 1).length;
    const what = this.#remote ? "slot" : "worker";
    const workers = this.#slots.map((slot, worker) => {
      if (!slot) return `${what} ${worker + 1}  idle`;
      const trial = `${what} ${worker + 1}  trial ${String(slot.number).padStart(width)}`;
      if (this.#remote && slot.share === undefined) return `${trial}  queued       ${slot.parameters}`;
      const share = slot.share === undefined ? "    " : `${Math.floor(100 * slot.share)}%`.padStart(4);
      const seconds = duration((performance.now() - slot.began) / 1000);
      return `${trial} ${share}  ${seconds.padStart(5)}  ${slot.parameters}`;
    });
    const { waiting: _, running: __, ...ended } = this.#counts;
    const done = Object.values(ended).reduce((a, b) => a + b, 0);
    const counts = describeCounts(ended);
    const minutes = this.seconds / 60;
    const rate = this.#ended / minutes;
    const left =
      this.#ended > 0
        ? `${short(rate)} trials/min, ${duration((60 * (this.#trials - done)) / rate)} left`
        : "";
    const best = this.#best ? describeBest(this.#best) : "best: none yet";
    const rest = [
      [`${done} of ${this.#trials} trials`, ...counts, left].filter((part) => part !== "").join("  "),
      best,
      ...(this.#note ? [this.#note] : []),
    ];
    const room = Math.max(2, rows - rest.length - 1);
    return [...(workers.length <= room ? workers : this.#most(workers, room)), ...rest];
  }

  /** As many lines as there is room for: of trials that are known to run first. */
  #most(lines: readonly string[], room: number): string[] {
    const runs = (at: number) => Number(this.#slots[at]?.share !== undefined);
    const order = [...lines.keys()].sort((a, b) => runs(b) - runs(a) || a - b);
    const shown = order.slice(0, room - 1).sort((a, b) => a - b);
    return [...shown.map((at) => lines[at]), `… and ${lines.length - shown.length} more`];
  }
}

function isBetter({ definition }: Study, trial: StoredTrial, best: StoredTrial | undefined): boolean {
  if (trial.state !== "complete" || trial.value === null) return false;
  if (!best || best.value === null) return true;
  if (trial.value === best.value) return trial.number < best.number;
  return better(definition.direction, trial.value, best.value);
}

export function describeParameters(parameters: StoredTrial["parameters"]): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${typeof value === "number" ? short(value) : String(value)}`)
    .join(" ");
}

export function describeBest(trial: StoredTrial): string {
  return `best: trial ${trial.number}  ${describeValue(trial)}  ${describeParameters(trial.parameters)}`;
}

/** "0.0123", or with its spread over the seeds "0.0123 ± 0.0004 (0.0119 to 0.0127)". */
export function describeValue({ value, deviation, low, high }: StoredTrial): string {
  if (value === null) return "–";
  if (deviation === null) return short(value);
  return `${short(value)} ± ${short(deviation)} (${short(low)} to ${short(high)})`;
}

/** "3 complete", "1 failed": of the states that there are. */
export function describeCounts(states: Readonly<Partial<Record<TrialState, number>>>): string[] {
  return Object.entries(states)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${whole(n)} ${state}`);
}

/** "study m2n1: minimize validation.rmse, sampler tpe (startup=10), pruner none". */
export function describeStudy({
  name,
  direction,
  objective,
  task,
  sampler,
  pruner,
  shard,
}: StudyDefinition): string {
  const { metric = objective ?? "what is told" } = (task ?? {}) as { metric?: string };
  const what = shard === undefined ? name : `${name}, shard ${shard}`;
  return `study ${what}: ${direction} ${metric}, sampler ${describeNamed(sampler)}, pruner ${describeNamed(pruner)}`;
}

/** Trials of a study from which nothing is expected to be learned. */
const FEW = 8;

/** What a study cannot learn, as it has no more trials than it looks ahead; undefined where it can. */
export function describeBlindness(study: Study, trials: number): string | undefined {
  const { lookahead, sampler, pruner } = study.definition;
  // As few as this go by none on purpose: to try something out.
  if (!study.learns || lookahead < trials || trials <= FEW) return undefined;
  const who = pruner.name === "none" ? sampler.name : `${sampler.name} and ${pruner.name}`;
  return `trial n goes by trials up to n − ${lookahead}: of ${counted(trials, "trial")} none goes by another, so that ${who} learn nothing: a new study with a smaller --lookahead, or more --trials`;
}

function describeNamed({ name, ...options }: { name: string }): string {
  const list = Object.entries(options).map(([key, value]) => `${key}=${String(value)}`);
  return list.length > 0 ? `${name} (${list.join(", ")})` : name;
}

/** One line of a trial that has ended. */
export function describeTrial(trial: StoredTrial): string {
  const { number, state, seconds, error } = trial;
  const time = seconds === null ? "" : `  ${seconds.toFixed(1)} s`;
  const why = error ? `  ${error.message}` : "";
  return `trial ${number}  ${state}  ${describeValue(trial)}${time}  ${describeParameters(trial.parameters)}${why}`;
}
