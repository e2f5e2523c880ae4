import { spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groundsOf } from "./canaries.js";
import type { ChildOptions } from "./child.js";
import { type Findings, noFindings } from "./findings.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
const REGISTRY = new URL("./registry.js", import.meta.url).href;
/** MiB of JavaScript heap: what runs away ends its process, not the machine. */
const HEAP = 512;

export interface CampaignOptions extends Pick<ChildOptions, "target" | "cases" | "seed" | "input"> {
  /** Default: the registry of this folder. */
  readonly registry?: string;
  /** The case to begin with, a multiple of the batch. Default 0. */
  readonly from?: number;
  /** Seconds of processor time that no case takes unless it hangs. Default 5. */
  readonly deadline?: number;
  /** Seconds that no case takes on the busiest machine. Default 120. */
  readonly patience?: number;
  /** Ends it, with what was found so far. */
  readonly signal?: AbortSignal;
  /** Called with what was found so far. */
  readonly onProgress?: (findings: Findings) => void;
}

/**
 * Runs cases of one target in a process of its own.
 * @param folder for inputs that fail, `target.failing`
 */
export async function campaign(
  {
    registry = REGISTRY,
    from = 0,
    deadline = 5,
    patience = 120,
    signal,
    onProgress,
    ...rest
  }: CampaignOptions,
  folder: string,
): Promise<Findings> {
  mkdirSync(folder, { recursive: true });
  const failing = join(folder, `${rest.target}.failing`);
  rmSync(failing, { force: true });
  const scratch = mkdtempSync(join(memoryFolder(), "plateau-fuzz-"));
  try {
    const [root, current] = [join(scratch, "root"), join(scratch, "current")];
    const told: ChildOptions = { ...rest, ...{ registry, from, deadline, patience, root, current, failing } };
    const { findings, ended, said } = await child(told, signal, onProgress);
    if (ended === undefined || signal?.aborted) return findings;
    const content = existsSync(current) ? readFileSync(current) : Buffer.alloc(0);
    const input = content.length >= 8 ? content.subarray(8, 8 + content.readDoubleBE(0)) : undefined;
    if (input) writeFileSync(failing, input);
    const how = {
      SIGXCPU: `it hung for ${deadline} s of processor time`,
      SIGALRM: `it waited for ${patience} s`,
    };
    const why = how[ended as keyof typeof how] ?? ended;
    const message = `its process ended${input ? "" : " before the first case"}: ${why}\n${said}`;
    return { ...findings, failure: { message, input: input ? failing : "" } };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @returns how the process ended, if not as it should, and the last that it said */
async function child(
  told: ChildOptions,
  signal: AbortSignal | undefined,
  onProgress: CampaignOptions["onProgress"],
): Promise<{ findings: Findings; ended?: string; said: string }> {
  const { home, temporary } = groundsOf(told.root);
  const process_ = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, CHILD, JSON.stringify(told)], {
    env: { ...process.env, HOME: home, TMPDIR: temporary, PLATEAU_DEBUG: "", PLATEAU_REDIS: "" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = () => process_.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  let said = "";
  process_.stderr!.on("data", (data: Buffer) => (said = (said + data).slice(-4000)));
  let findings = noFindings(told.target);
  let whole = false;
  process_.on("message", ({ ended = false, ...found }: Findings & { ended?: boolean }) => {
    findings = found;
    whole = ended;
    if (!whole) onProgress?.(findings);
  });
  const ended = await new Promise<string>((resolve) =>
    process_.on("close", (code, by) => resolve(by ?? `exit code ${code}`)),
  );
  signal?.removeEventListener("abort", kill);
  return { findings, said, ...(whole ? {} : { ended }) };
}

/** Where files take no disk, if there is such a place: what is read is the same. */
function memoryFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
