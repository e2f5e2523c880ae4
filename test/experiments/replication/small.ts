import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

/** A replication of seconds: few rows, one epoch. */
export const small = {
  targets: ["m2n1"],
  dims: [4],
  classes: [5],
  trials: 2,
  seeds: 2,
  trainRows: 1280,
  validationRows: 60,
  testRows: 60,
  epochs: 1,
};

/** A folder that goes with the test. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), "plateau-replicate-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
