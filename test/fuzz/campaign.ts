import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChildOptions } from "./child.js";
import type { Findings } from "./loop.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
/** MiB of JavaScript heap: what runs away ends its process, not the machine. */
const HEAP = 512;

/**
 * Runs cases of one target in a process of its own.
 * @param folder for inputs that fail
 */
export async function campaign(
  options: Omit<ChildOptions, "root" | "input">,
  folder: string,
): Promise<Findings> {
  const { target } = options;
  const root = join(folder, target);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const file = (ending: string) => join(folder, `${target}.${ending}`);
  for (const ending of ["json", "failing"]) rmSync(file(ending), { force: true });
  const told: ChildOptions = { ...options, root };
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, CHILD, JSON.stringify(told)], {
    env: { ...process.env, HOME: join(root, "home"), TMPDIR: join(root, "tmp"), PLATEAU_DEBUG: "" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said = (said + data).slice(-4000)));
  const ended = await new Promise<string>((resolve) =>
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`)),
  );
  rmSync(root, { recursive: true, force: true });
  if (existsSync(file("json"))) {
    const findings = JSON.parse(readFileSync(file("json"), "utf8")) as Findings;
    rmSync(file("json"));
    rmSync(file("current"));
    return findings;
  }
  const current = readFileSync(file("current"));
  rmSync(file("current"));
  const input = file("failing");
  if (current.length >= 8) writeFileSync(input, current.subarray(8, 8 + current.readDoubleBE(0)));
  const how = ended === "SIGXCPU" ? `it hung for ${options.deadline} s of processor time` : ended;
  return {
    target,
    ...{ cases: 0, accepted: 0, refused: {}, seconds: 0, growth: 0, milliseconds: 0 },
    failure: { message: `its process ended: ${how}\n${said}`, input },
  };
}
