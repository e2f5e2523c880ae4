import { readFileSync } from "node:fs";
import { requireArguments } from "../../arguments.js";
import { isAlive } from "../../files/atomic.js";
import { hostName } from "../../files/host.js";
import { LEASE_SECONDS, type Owner } from "./storage.js";

/** Tells this process from an earlier one of the same number: in a container that is usual. */
const PROCESS = globalThis.crypto.randomUUID().slice(0, 8);
let owners = 0;
const living = new Set<string>();
let retired = 0;
/** It is asked for with whatever is recorded. */
const texts = new WeakMap<Owner, string>();

/** A new owner: one for each run of a study, so that two of a process do not take each other's trials. */
export function newOwner(): Owner {
  const nonce = `${PROCESS}-${owners++}`;
  living.add(nonce);
  const host = hostName().replace(/\s/g, "_");
  return { host, process: process.pid, began: beginningOf(process.pid), nonce };
}

/**
 * Says that an owner runs nothing any more: what it has left is anyone's.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function retire(owner: Owner): void {
  requireArguments("retire", { owner: [owner, "Owner: host process began nonce"] });

  living.delete(owner.nonce);
  retired++;
}

/** How many owners of this process have retired: where it is the same as before, none has left anything since. */
export const retirements = (): number => retired;

/**
 * An owner as text: what is stored with a trial that is being run.
 * @throws PlateauError `usage` where it is none
 */
export function ownerText(owner: Owner): string {
  const known = texts.get(owner);
  if (known !== undefined) return known;
  requireArguments("ownerText", { owner: [owner, "Owner: host process began nonce"] });
  const { host, process: pid, began, nonce } = owner;
  const text = `${host} ${pid} ${began || "-"} ${nonce}`;
  texts.set(owner, text);
  return text;
}

/**
 * Whether the owner of a lease will not come back: its process is known to have ended, or, of another
 * machine, there was no sign of life for long. A process that lives keeps its lease, however long it is
 * too busy to say so.
 * @param heartbeat when its last sign of life was, in milliseconds since 1970
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function isGone(text: string, heartbeat: number, asker: Owner): boolean {
  requireArguments("isGone", {
    text: [text, "text"],
    heartbeat: [heartbeat, "number"],
    asker: [asker, "Owner: host process began nonce"],
  });

  const silent = !(Date.now() - heartbeat < 1000 * LEASE_SECONDS);
  const [host, pid, began, nonce] = text.split(" ");
  if (host !== asker.host || nonce === undefined) return silent;
  if (Number(pid) === asker.process && nonce.startsWith(`${PROCESS}-`)) return !living.has(nonce);
  if (Number(pid) === asker.process || !isAlive(Number(pid))) return true;
  const now = beginningOf(Number(pid));
  // The number may have gone to another process. Where the system does not tell, only silence does.
  return began === "-" || now === "" ? silent : began !== now;
}

/** When a process of this machine began, in clock ticks since the system did (Linux); elsewhere "". */
function beginningOf(pid: number): string {
  try {
    // The name, in brackets, may hold anything; the start is the 20th field after it.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Such as "node 20.20.2 linux x64". */
export function engineName(): string {
  const { deno, bun } = process.versions;
  const engine = deno ? `deno ${deno}` : bun ? `bun ${bun}` : `node ${process.versions.node}`;
  return `${engine} ${process.platform} ${process.arch}`;
}
