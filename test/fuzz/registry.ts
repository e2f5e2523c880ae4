import type { FuzzTarget } from "./target.js";
import { checkpoint } from "./targets/checkpoint.js";
import { commandLine } from "./targets/command-line.js";
import { configuration } from "./targets/configuration.js";
import { csv } from "./targets/csv.js";
import { experimentFolder } from "./targets/experiment-folder.js";
import { expression } from "./targets/expression.js";
import { fitFolder } from "./targets/fit-folder.js";
import { jobPayload } from "./targets/job-payload.js";
import { jsonTable } from "./targets/json-table.js";
import { npy } from "./targets/npy.js";
import { parquet } from "./targets/parquet.js";
import { redisUrlTarget } from "./targets/redis-url.js";
import { runFolder } from "./targets/run-folder.js";
import { safetensors } from "./targets/safetensors.js";
import { storedMeasures } from "./targets/stored-measures.js";
import { studyFile } from "./targets/study-file.js";
import { studyMerge } from "./targets/study-merge.js";
import { studyValues } from "./targets/study-values.js";

/** Everything that reads what others wrote: one line a file. */
export const targets: readonly FuzzTarget[] = [
  safetensors, //
  npy,
  csv,
  jsonTable,
  parquet,
  expression,
  configuration,
  checkpoint,
  runFolder,
  fitFolder,
  storedMeasures,
  experimentFolder,
  commandLine,
  studyFile,
  studyValues,
  studyMerge,
  jobPayload,
  redisUrlTarget,
];
