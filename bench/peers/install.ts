import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { source } from "./registry.js";

/**
 * Installs what the peers are made of beside their sources, at first use: nobody else needs 300 MB of it.
 * @throws Error with npm's last line
 */
export function installPackages(): void {
  // npm writes this file last: an installation that was broken off is done again.
  if (existsSync(source("node_modules/.package-lock.json"))) return;
  process.stderr.write("installing the peers' packages, once…\n");
  const { status, stderr } = spawnSync(
    "npm",
    ["ci", "--prefix", source("."), "--ignore-scripts", "--no-audit", "--no-fund"],
    { encoding: "utf8", timeout: 600_000, stdio: ["ignore", "ignore", "pipe"] },
  );
  if (status !== 0) throw new Error(`npm ci of bench/peers failed: ${stderr?.trim().split("\n").at(-1)}`);
}
