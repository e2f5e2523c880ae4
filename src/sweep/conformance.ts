/** One thing that every sampler, pruner, storage or executor has to hold, whoever wrote it. */
export interface ConformanceCase {
  readonly name: string;
  /** @throws Error saying what was found, and what was expected */
  run(): void | Promise<void>;
}
