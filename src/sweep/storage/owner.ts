import { hostname } from "node:os";
import { isAlive } from "../../files/atomic.js";
import { LEASE_SECONDS, type Owner } from "./storage.js";

/** Tells this process from an earlier one of the same number: in a container that is usual. */
const PROCESS = globalThis.crypto.randomUUID().slice(0, 8);
let owners = 0;
const living = new Set<string>();

/** A new owner: one for each run of a study, so that two of a process do not take each other's trials. */
export function newOwner(): Owner {
  const nonce = `${PROCESS}-${owners++}`;
  living.add(nonce);
  return { host: hostname().replace(/\s/g, "_"), process: process.pid, nonce };
}

/** Says that an owner runs nothing any more: what it has left is anyone's. */
export function retire(owner: Owner): void {
  living.delete(owner.nonce);
}

export const ownerText = ({ host, process: pid, nonce }: Owner): string => `${host} ${pid} ${nonce}`;

/** Whether the owner of a lease will not come back: no sign of life for long, or known to have ended. */
export function isGone(text: string, heartbeat: number, asker: Owner): boolean {
  if (!(Date.now() - heartbeat < 1000 * LEASE_SECONDS)) return true;
  const [host, pid, nonce] = text.split(" ");
  if (host !== asker.host || nonce === undefined) return false;
  if (Number(pid) !== asker.process) return !isAlive(Number(pid));
  return !living.has(nonce);
}

/** Such as "node 20.20.2 linux x64". */
export function engineName(): string {
  const { deno, bun } = process.versions;
  const engine = deno ? `deno ${deno}` : bun ? `bun ${bun}` : `node ${process.versions.node}`;
  return `${engine} ${process.platform} ${process.arch}`;
}
