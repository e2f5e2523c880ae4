import { isPointer, type KernelCall } from "./call.js";
import type { Graph } from "./graph.js";
import type { Buffer } from "./tensor.js";

/** First and last call that touches a transient buffer, and the calls that change it once it is defined. */
export interface Lifetime {
  readonly buffer: Buffer;
  first: number;
  last: number;
  readonly changes: number[];
}

/** Transient buffers that share one place. */
export interface Group {
  readonly members: Lifetime[];
  first: number;
  last: number;
  readonly bytes: number;
}

/** Lifetimes of all transient buffers, by buffer id. */
export function lifetimes(graph: Graph): Map<number, Lifetime> {
  const found = new Map<number, Lifetime>();
  for (const [index, call] of graph.calls.entries()) {
    for (const argument of call.args) {
      if (!isPointer(argument)) continue;
      const { buffer } = argument.view;
      if (buffer.place !== "transient") continue;
      let life = found.get(buffer.id);
      if (!life) found.set(buffer.id, (life = { buffer, first: index, last: index, changes: [] }));
      life.last = index;
      if (argument.access !== "read" && index > life.first) life.changes.push(index);
    }
  }
  for (const tensor of graph.results.values()) {
    const life = found.get(tensor.buffer.id);
    if (life) life.last = graph.calls.length;
  }
  return found;
}

/**
 * Puts buffers into one place where a call allows its output to be its input: either the input dies
 * there, or the call is a plain copy and neither buffer changes while the other is still needed
 * (a residual's gradient, passed on to both of its branches).
 */
export function coalesce(graph: Graph): Group[] {
  const lives = lifetimes(graph);
  const groupOf = new Map<number, Group>();
  for (const life of lives.values()) {
    groupOf.set(life.buffer.id, {
      members: [life],
      first: life.first,
      last: life.last,
      bytes: bytesOf(life.buffer),
    });
  }
  for (const [index, call] of graph.calls.entries()) {
    if (!call.inPlace?.every((view) => view.start === 0)) continue;
    const [output, input] = call.inPlace.map((view) => groupOf.get(view.buffer.id));
    if (!output || !input || output === input || output.bytes !== input.bytes) continue;
    const copies = call.kernel === "copyFloats";
    const fits = output.members.every((a) =>
      input.members.every((b) => a.first === index && (copies ? copySafe(a, b, index) : b.last === index)),
    );
    if (!fits) continue;
    for (const member of output.members) groupOf.set(member.buffer.id, input);
    input.members.push(...output.members);
    input.first = Math.min(input.first, output.first);
    input.last = Math.max(input.last, output.last);
  }
  return [...new Set(groupOf.values())];
}

/** Whether two buffers that are equal after call `index` stay so for as long as both are needed. */
function copySafe(a: Lifetime, b: Lifetime, index: number): boolean {
  const changed = (life: Lifetime, until: number) => life.changes.some((at) => at > index && at <= until);
  return !changed(a, b.last) && !changed(b, a.last);
}

/** A copy whose source and destination ended up in one place does nothing. */
export function isIdle(call: KernelCall, placeOf: (buffer: Buffer) => number): boolean {
  if (call.kernel !== "copyFloats" || !call.inPlace) return false;
  const [to, from] = call.inPlace;
  return placeOf(to.buffer) + 4 * to.start === placeOf(from.buffer) + 4 * from.start;
}

export function bytesOf(buffer: Buffer): number {
  return buffer.length * (buffer.dtype === "f64" ? 8 : 4);
}
