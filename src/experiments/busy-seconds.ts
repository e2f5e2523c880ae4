import { openSqlite } from "../sweep/storage/sqlite.js";

/**
 * Seconds in which at least one trial of some studies of a file was at work, in whatever process: what an experiment
 * took, without the time that it lay interrupted.
 */
export function busySeconds(file: string, names: readonly string[]): number {
  const storage = openSqlite(file);
  try {
    const spans: [number, number][] = [];
    for (const name of names) {
      for (const { started, ended } of storage.find(name)?.trials() ?? []) {
        if (started !== null && ended !== null) spans.push([Date.parse(started), Date.parse(ended)]);
      }
    }
    return unionLength(spans) / 1000;
  } finally {
    storage.close();
  }
}

function unionLength(spans: [number, number][]): number {
  spans.sort(([a], [b]) => a - b);
  let length = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans) {
    if (to <= reached) continue;
    length += to - Math.max(from, reached);
    reached = to;
  }
  return length;
}
