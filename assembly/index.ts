// One line a kernel file. What is exported here is the module's interface (see build.mjs).

export * from "./activation";
export * from "./attention/index";
export * from "./dropout";
export * from "./elementwise";
export * from "./gemm";
export * from "./layernorm";
export * from "./linear-attention";
export * from "./loss";
export * from "./math";
export * from "./nearest";
export * from "./optimizer";
export * from "./parzen";
export * from "./piecewise";
export * from "./positions";
export * from "./quantize";
export * from "./random";
export * from "./reduce";
export { heapBase, scratchBytes, setScratch } from "./scratch";
export * from "./softmax";
export * from "./targets";
