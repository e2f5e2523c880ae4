// node dist/test/fuzz/make-finished.js folder: a run and a fit there, made in a process of its own, so that whoever
// asks for them has compiled no kernels.
import { join } from "node:path";
import { finishedFit, finishedRun } from "./finished.js";

const folder = process.argv[2];
await finishedRun(join(folder, "run"));
await finishedFit(join(folder, "fit"), join(folder, "fitted.csv"));
