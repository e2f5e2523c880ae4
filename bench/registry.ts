import { suite as gemm } from "./gemm.js";
import { suite as growth } from "./growth.js";
import { suite as kernels } from "./kernels.js";
import { suite as parallel } from "./parallel.js";
import { suite as predict } from "./predict.js";
import { suite as startup } from "./startup.js";
import { suite as step } from "./step.js";
import type { Suite } from "./suite.js";
import { suite as sweep } from "./sweep/suite.js";

/** Every suite, in the order in which `npm run bench` runs them: one line a file. */
export const suites: readonly Suite[] = [gemm, step, predict, startup, kernels, growth, sweep, parallel];
