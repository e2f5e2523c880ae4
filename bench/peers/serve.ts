import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { readSafetensors } from "../../src/formats/safetensors.js";
import type { FileTensor } from "../../src/formats/tensor.js";
import type { Hello, Job, Request, Timed, Work } from "./protocol.js";

/** A peer written in JavaScript. */
export interface Server {
  hello(): Hello | Promise<Hello>;
  load(job: Job): Work | Promise<Work>;
}

/** What a job's file holds. */
export interface JobData {
  readonly weights: ReadonlyMap<string, FileTensor & { data: Float32Array }>;
  /** [rows, m, d] and [rows, n, d]. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Rows of one batch after the other. */
  readonly order: Int32Array;
}

/** Reads a job's file. */
export function readJob(job: Job): JobData {
  const { tensors } = readSafetensors(readFileSync(job.file), job.file);
  const weights = new Map(tensors) as Map<string, FileTensor & { data: Float32Array }>;
  const take = (name: string) => {
    const { data } = weights.get(name)!;
    weights.delete(name);
    return data as unknown;
  };
  return {
    x: take("data.x") as Float32Array,
    y: take("data.y") as Float32Array,
    order: take("data.order") as Int32Array,
    weights,
  };
}

/** Rows of an array [rows, width], one batch after the other as `order` says, for ever. */
export function* batchesOf(
  { x, y, order }: JobData,
  { batch, model }: Job,
): Generator<{ x: Float32Array; y: Float32Array }> {
  const pick = (from: Float32Array, width: number, first: number) => {
    const to = new Float32Array(batch * width);
    for (let i = 0; i < batch; i++) {
      const at = order[first + i] * width;
      to.set(from.subarray(at, at + width), i * width);
    }
    return to;
  };
  const { inputTokens, outputTokens, dModel } = model;
  for (let first = 0; ; first = (first + batch) % order.length) {
    yield { x: pick(x, inputTokens * dModel, first), y: pick(y, outputTokens * dModel, first) };
  }
}

/** sin and cos as Vaswani et al. (2017) place them, [length, d]: for peers that have no such table. */
export function sinusoidal(length: number, d: number): Float32Array {
  return Float32Array.from({ length: length * d }, (_, i) => {
    const column = i % d;
    const angle = Math.floor(i / d) * Math.exp((column - (column % 2)) * (-Math.log(10000) / d));
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}

async function timed(work: Work, seconds: number): Promise<Timed> {
  if (work.time) return work.time(seconds);
  const ms: number[] = [];
  const begin = performance.now();
  let last = begin;
  while (last - begin < 1000 * seconds || ms.length < 3) {
    const pending = work.step();
    if (pending instanceof Promise) await pending;
    const now = performance.now();
    ms.push(now - last);
    last = now;
  }
  return { ms };
}

/** Answers requests until the input ends. What libraries print goes to standard error. */
export async function serve(server: Server): Promise<void> {
  console.log = console.info = console.warn = console.error;
  const works = new Map<string, Work>();
  const answer = async (request: Request): Promise<unknown> => {
    switch (request.do) {
      case "hello":
        return server.hello();
      case "load":
        works.set(request.name, await server.load(request.job));
        return {};
      case "check":
        return works.get(request.name)!.check(request.steps);
      case "time":
        return timed(works.get(request.name)!, request.seconds);
      case "drop":
        works.get(request.name)?.drop?.();
        works.delete(request.name);
        return {};
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request & { id: number };
    let reply: object;
    try {
      reply = { id: request.id, ok: await answer(request) };
    } catch (error) {
      const { name, message } = error as Error;
      reply = { id: request.id, error: `${name}: ${message}`.split("\n")[0] };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}
