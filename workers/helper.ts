import { parentPort, workerData } from "node:worker_threads";
import { type EngineMemory, instantiate } from "../src/runtime/engine.js";
import { setGemmTile } from "../src/runtime/tile.js";
import { Hands } from "../src/training/slices/work.js";
import { type HelperData, help } from "../src/training/threads/control.js";

// A thread that helps to train one model.
const { module, memory, scratch, work, control, tile } = workerData as HelperData;
setGemmTile(tile);
const kernels = instantiate(module, memory as EngineMemory);
kernels.setScratch(scratch);
const hands = new Hands(kernels, memory as EngineMemory, work);
parentPort!.postMessage("ready");
help(new Int32Array(control), hands);
