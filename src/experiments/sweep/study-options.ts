/** What a study of trainings is told, by name. */
export const studyOptions: readonly string[] = [
  ...["name", "target", "space", "experiment", "objective", "test", "direction", "seed"],
  ...["sampler", "pruner", "samplers", "pruners", "seeds", "stopWorse", "lookahead", "retries", "shard"],
];
