import { align } from "../runtime/engine.js";
import type { Graph } from "./graph.js";
import { bytesOf, coalesce } from "./lifetimes.js";

/** Where every transient and static buffer of a graph lies, relative to one block of memory. */
export interface Plan {
  /** Bytes of the block: known before anything is allocated. */
  readonly bytes: number;
  /** Byte offset of each `static` and `transient` buffer, by buffer id. */
  readonly offsets: ReadonlyMap<number, number>;
}

/**
 * Lays out a graph's buffers: statics first, then transients by size, largest first, each at the
 * lowest offset that is free for as long as it lives (greedy by size, Pisarchyk & Lee 2020,
 * arXiv 2001.03288).
 */
export function plan(graph: Graph): Plan {
  const offsets = new Map<number, number>();
  let top = 0;
  for (const buffer of graph.buffers) {
    if (buffer.place !== "static") continue;
    offsets.set(buffer.id, top);
    top += align(bytesOf(buffer));
  }
  const base = top;

  const groups = coalesce(graph).sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const placed: { first: number; last: number; start: number; end: number }[] = [];
  for (const group of groups) {
    const bytes = align(group.bytes);
    let start = base;
    for (const other of placed) {
      if (other.last < group.first || group.last < other.first) continue;
      if (other.start - start >= bytes) break;
      start = Math.max(start, other.end);
    }
    const entry = { first: group.first, last: group.last, start, end: start + bytes };
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, entry);
    for (const { buffer } of group.members) offsets.set(buffer.id, start);
    top = Math.max(top, entry.end);
  }
  return { bytes: top, offsets };
}
