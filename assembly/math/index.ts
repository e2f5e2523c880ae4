// Transcendental functions. Only array kernels and float64 scalars are part of the module's interface;
// lane functions are imported from their own files.

export { vexp } from "./exp";
export * from "./scalar";
