import { IGNORED_LABEL } from "../../graph/ops/loss.js";
import type { Model } from "../../nn/model.js";
import type { StopSignal } from "../../pause.js";
import type { Engine } from "../../runtime/engine.js";
import { type BatchProgram, batchProgram, keyDropout } from "../batch-program.js";
import { Batches } from "../batches.js";
import { trainingBytes } from "../bytes.js";
import type { TrainingData } from "../data.js";
import type { Loss } from "../losses.js";
import { HYPER, largestNorm, type OptimizerState, setConstants, setUpdate } from "../optimizer.js";
import type { TrainingOptions } from "../options.js";
import { requireFit } from "../require-fit.js";
import { createSchedule, type Schedule } from "../schedule.js";
import type { StepResult, Training } from "../training.js";
import type { Crew } from "./crew.js";
import { sliceRows } from "./rows.js";
import { partsOf, type Work } from "./work.js";

/** Makes the crew of a training whose model lies in an engine. */
export type Recruit = (engine: Engine, work: Work) => Crew | Promise<Crew>;

/**
 * Training whose batches are cut into slices, which threads may share. Bits depend on the number of slices, and
 * neither on who computes which, nor on how many do. The loss is the mean over the whole batch; labels that are
 * ignored count in no slice. Dropout draws by slice: number s of micro-batch i has step i·slices + s.
 */
export class SlicedTrainer implements Training {
  readonly model: Model;
  readonly options: TrainingOptions;
  /** As `Trainer` has it, but for the gradients: an update leaves them 0. */
  readonly state: OptimizerState;
  #updates = 0;
  #loss = Number.NaN;
  #gradientNorm = Number.NaN;
  #intact = true;
  readonly #data: TrainingData;
  readonly #batches: Batches;
  readonly #slices: readonly BatchProgram[];
  readonly #work: Work;
  readonly #schedule: Schedule;
  /** Whether what gradients were gathered was used up, which leaves all of them 0. */
  #empty = true;
  #crew!: Crew;
  #afterwards = () => {};

  private constructor(model: Model, loss: Loss, data: TrainingData, options: TrainingOptions) {
    const { engine, parameters } = model;
    const { batch, slices, seed, schedule: kind, lr, steps, warmup, minFactor, optimizer } = options;
    this.model = model;
    this.options = options;
    this.#data = data;
    this.#schedule = createSchedule({ kind, lr, steps, warmup, minFactor }, engine.kernels.cos64);
    this.#batches = new Batches(engine, data.rows, batch, seed);
    data.prepare?.(engine, batch);
    const { length } = parameters;
    const flat = () => engine.allocate(4 * length);
    const gradients = Array.from({ length: slices }, flat);
    this.state = { gradients: gradients[0], first: flat(), second: flat() };
    const hyper = engine.allocate(4 * HYPER.length);
    const squares = engine.allocate(8 * partsOf(length));
    this.#slices = sliceRows(batch, slices).map((rows, s) => batchProgram(model, loss, rows, gradients[s]));
    // Evaluation shall not need more memory in the middle of training.
    model.inference();
    for (const slice of this.#slices) keyDropout(engine, slice, seed);
    setConstants(engine.f32(hyper, HYPER.length), options);
    const calls = this.#slices.map(({ program }) => program.calls());
    const { address } = model;
    this.#work = { calls, address, length, gradients, state: this.state, hyper, squares, optimizer };
  }

  /** @throws PlateauError `shape-mismatch`, `usage`, `memory`: before anything is allocated */
  static async create(
    model: Model,
    loss: Loss,
    data: TrainingData,
    options: TrainingOptions,
    recruit: Recruit,
    { threads = 1, afterwards = () => {} }: { threads?: number; afterwards?: () => void } = {},
  ): Promise<SlicedTrainer> {
    const { engine, architecture, parameters } = model;
    requireFit(data, loss, architecture);
    engine.require(trainingBytes(architecture, loss, options, data, threads) - 4 * parameters.length);
    const trainer = new SlicedTrainer(model, loss, data, options);
    trainer.#crew = await recruit(engine, trainer.#work);
    trainer.#afterwards = afterwards;
    return trainer;
  }

  get updates(): number {
    return this.#updates;
  }

  get loss(): number {
    return this.#loss;
  }

  get gradientNorm(): number {
    return this.#gradientNorm;
  }

  get intact(): boolean {
    return this.#intact;
  }

  continueFrom(updates: number, loss: number): void {
    this.#updates = updates;
    this.#loss = loss;
  }

  async dispose(): Promise<void> {
    await this.#crew.dispose();
    this.#afterwards();
    this.#afterwards = () => {};
  }

  /**
   * Gathers the next batches' loss and gradients and updates the weights.
   * @param signal stops the step between two kernel calls of a slice
   * @throws PlateauError `internal` or `memory` where a thread has died; the weights are as before as long as
   * `intact` says so
   */
  async step(signal?: StopSignal): Promise<StepResult> {
    if (!(await this.gather(signal))) return undefined;
    const { engine } = this.model;
    const { clipNorm } = this.options;
    const norm = this.#gradientNorm;
    const scale = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
    if (!Number.isFinite(this.#loss) || !(norm * scale <= largestNorm(this.options))) return false;
    const hyper = engine.f32(this.#work.hyper, HYPER.length);
    hyper[HYPER.gradScale] = scale;
    const t = this.#updates + 1;
    setUpdate(hyper, t, this.options, this.#schedule, engine.kernels);
    this.#intact = false;
    await this.#crew.round("update", never);
    this.#intact = true;
    this.#empty = true;
    this.#updates = t;
    return true;
  }

  /**
   * The first half of a step: loss, gradients and their norm, no update.
   * @returns false where the signal stopped it: what it gathered is of no use then
   */
  async gather(signal?: StopSignal): Promise<boolean> {
    const { engine, parameters } = this.model;
    const { accumulation, clipNorm, clipEvery } = this.options;
    const { gradients, hyper: address } = this.#work;
    const stopped = () => signal?.aborted ?? false;
    if (!this.#empty) {
      for (const slice of gradients) engine.kernels.fillFloats(slice, 0, parameters.length);
    }
    this.#empty = false;
    const clips = clipNorm > 0 && clipEvery === "micro-batch" && accumulation > 1;
    let loss = 0;
    for (let micro = 0; micro < accumulation; micro++) {
      if (stopped()) return false;
      const shares = this.#fill(this.#updates * accumulation + micro);
      if (!(await this.#crew.round("slices", stopped))) return false;
      loss += this.#meanLoss(shares) / accumulation;
      if (!clips && micro < accumulation - 1) continue;
      await this.#crew.round("sum", never);
      this.#measureNorm();
      if (!clips || !(this.#gradientNorm > clipNorm)) continue;
      engine.f32(address, HYPER.length)[HYPER.gradScale] = clipNorm / (this.#gradientNorm + 1e-6);
      await this.#crew.round("clip", never);
      this.#measureNorm();
    }
    this.#loss = loss;
    return true;
  }

  /** Puts a batch into the slices. @returns the share of each in the mean of the loss */
  #fill(index: number): number[] {
    const { engine } = this.model;
    const { accumulation } = this.options;
    let rows = this.#batches.at(index);
    for (const [s, slice] of this.#slices.entries()) {
      this.#data.fill(engine, slice.to, rows, slice.rows);
      rows += 4 * slice.rows;
      if (slice.rng) engine.u32(slice.rng, 4)[2] = index * this.#slices.length + s;
    }
    const counts = this.#slices.map((slice) => counted(engine, slice));
    const total = counts.reduce((sum, count) => sum + count, 0);
    // Where nothing counts, loss and gradients are 0.
    const shares = counts.map((count) => (total > 0 ? count / total : 0));
    for (const [s, { cotangent }] of this.#slices.entries()) {
      engine.f32(cotangent, 1)[0] = shares[s] / accumulation;
    }
    return shares;
  }

  #meanLoss(shares: readonly number[]): number {
    const { engine } = this.model;
    return this.#slices.reduce((sum, { loss }, s) => sum + shares[s] * engine.f64(loss, 1)[0], 0);
  }

  #measureNorm(): void {
    const { length, squares } = this.#work;
    let sum = 0;
    for (const part of this.model.engine.f64(squares, partsOf(length))) sum += part;
    this.#gradientNorm = Math.sqrt(sum);
  }
}

const never = () => false;

/** What the loss of a slice is a mean over: its rows, or those labels that are not ignored. */
function counted(engine: Engine, { labels, to, rows }: BatchProgram): number {
  if (labels === 0) return rows;
  const all = engine.i32(to.labels, labels);
  let count = 0;
  for (let i = 0; i < labels; i++) if (all[i] !== IGNORED_LABEL) count++;
  return count;
}
