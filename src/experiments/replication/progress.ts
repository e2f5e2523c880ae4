import type { StudyEvent } from "../../sweep/run/execution.js";
import { counted } from "../../text.js";
import type { ExperimentOptions } from "../record.js";
import type { ReplicationConfig } from "./config.js";
import type { SettingResult } from "./results.js";
import { type Setting, settingsOf } from "./settings.js";
import { trainingWork } from "./work.js";

/** How far a replication is, by the work of its trainings. */
export class Progress {
  readonly #options: ExperimentOptions;
  readonly #total: number;
  readonly #settings: number;
  #work = 0;
  #done = 0;
  /** Shares of the trainings that run, by setting and number of the trial. */
  readonly #running = new Map<string, { readonly work: number; share: number }>();

  constructor(config: ReplicationConfig, options: ExperimentOptions) {
    const settings = settingsOf(config);
    this.#options = options;
    this.#settings = settings.length;
    const trainings = config.trials + config.seeds;
    this.#total = settings.reduce((sum, setting) => sum + trainings * trainingWork(setting), 0);
  }

  event(setting: Setting, trials: number, event: StudyEvent): void {
    const key = (number: number) => `${setting.name}, trial ${number + 1} of ${trials}`;
    if (event.kind === "progress") {
      const { number, done, total } = event;
      this.#running.set(key(number), { work: trainingWork(setting), share: done / total });
      this.#show(key(number));
    } else this.#running.delete(key(event.kind === "released" ? event.number : event.trial.number));
  }

  /** So many more trainings of a setting have ended. */
  trained(setting: Setting, count: number): void {
    this.#work += count * trainingWork(setting);
    this.#show(setting.name);
  }

  done({ name, failureRate, sweep }: SettingResult): void {
    this.#done++;
    const rate = failureRate?.["1"].value;
    const what =
      sweep.best === undefined
        ? "no trial is complete"
        : rate === undefined
          ? "no seed is complete"
          : `fails ${(100 * rate).toFixed(1)}% at k = 1`;
    this.#options.onNote?.(`${name}: ${what} (${this.#done} of ${counted(this.#settings, "setting")})`);
  }

  #show(what: string): void {
    let work = this.#work;
    for (const one of this.#running.values()) work += one.work * one.share;
    this.#options.onProgress?.(what, Math.min(1, work / this.#total));
  }
}
