import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

/** A folder that goes away with the test. */
export function folder(t: ExecutionContext<unknown>): string {
  const path = mkdtempSync(join(tmpdir(), "plateau-test-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
