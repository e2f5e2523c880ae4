import { availableParallelism, cpus } from "node:os";
import { version } from "../version.js";
import type { Environment } from "./record.js";

export interface EngineName {
  name: string;
  version: string;
  v8?: string;
}

/** The JavaScript engine that this runs on. */
export function engineName(): EngineName {
  const { bun, deno, node, v8 } = process.versions;
  if (bun) return { name: "bun", version: bun };
  return deno ? { name: "deno", version: deno, v8 } : { name: "node", version: node, v8 };
}

/** Such as node 20.20.2 (V8 11.3.244). */
export function engineText({ name, version: number, v8 }: EngineName = engineName()): string {
  return `${name} ${number}${v8 ? ` (V8 ${v8})` : ""}`;
}

/** What is told of where results came about. */
export function environment(
  measured: Pick<Environment, "seconds" | "workers"> & Partial<Environment>,
): Environment {
  const model = cpus()[0]?.model.trim();
  const cores = `${availableParallelism()} cores`;
  return {
    plateau: version,
    build: "strict",
    engine: engineText(),
    machine: [`${process.platform}-${process.arch}`, model, cores].filter(Boolean).join(", "),
    date: new Date().toISOString(),
    ...measured,
  };
}
