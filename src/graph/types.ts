// What a model's graph and program are made of, by name: the package exports these as `graph`.
export type { Kernels } from "../runtime/generated/kernels.js";
export type { Access, Argument, Arguments, KernelCall, Pointer } from "./call.js";
export type { Applied, Contribution, Graph, Mode } from "./graph.js";
export type { Op } from "./op.js";
export type { Pieces } from "./ops/piecewise.js";
export type { Declaration, Parameter, Parameters, Role } from "./parameters.js";
export type { Plan } from "./planner.js";
export type { Bases, BoundCall, Program } from "./program.js";
export type { Buffer, DType, Place, Shape, Tensor, View } from "./tensor.js";
