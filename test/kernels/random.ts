import type { KernelSpec } from "./spec.js";

export const specs: KernelSpec[] = [];
