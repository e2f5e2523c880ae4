import { parentPort, workerData } from "node:worker_threads";
import { type EngineMemory, instantiate } from "../src/runtime/engine.js";
import { Hands } from "../src/training/slices/work.js";
import { type HelperData, help } from "../src/training/threads/control.js";

// A thread that helps to train one model.
const { module, memory, scratch, work, tile, control } = workerData as HelperData;
const kernels = instantiate(module, memory as EngineMemory);
kernels.setScratch(scratch);
kernels.setGemmTile(tile);
const hands = new Hands(kernels, memory as EngineMemory, work);
parentPort!.postMessage("ready");
help(new Int32Array(control), hands);
