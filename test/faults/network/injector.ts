import type { ChildProcess } from "node:child_process";
import { effectOf, type Fault, type Injector, Numbering } from "../points.js";
import { reads } from "./commands.js";
import type { Verdict } from "./relay.js";

/** What Redis says when it cannot do something now. */
const answers: Readonly<Record<string, string>> = {
  OOM: "OOM command not allowed when used memory > 'maxmemory'.",
  READONLY: "READONLY You can't write against a read only replica.",
  LOADING: "LOADING Redis is loading the dataset in memory",
  MISCONF:
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled.",
};
const LATE_MILLISECONDS = 1500;

/** Who may be killed at a command: the process that gave it. */
export const processes = new Map<Party, ChildProcess>();
export type Party = "driver" | "worker";

let armed = false;
let fault: Fault | undefined;
let numbering = new Numbering();
let points: string[] = [];
let hit: string | undefined;

/** Whether what is to fail, or to be seen, is how a worker begins: one that is there already has done that. */
export const wantsNewWorker = (): boolean =>
  armed && (fault === undefined || /^worker: (hello|client|info|ping|rights|smembers) /.test(fault.point));

/** Whether something has failed since it was armed. */
export const struck = (): boolean => hit !== undefined;

/** What becomes of a command that one of them gives. */
export function judge(party: Party, command: string): Verdict {
  if (!armed) return { kind: "pass" };
  const name = numbering.next(`${party}: ${command}`);
  points.push(name);
  if (name !== fault?.point || hit !== undefined) return { kind: "pass" };
  hit = name;
  const { kind } = fault;
  const done = kind.endsWith(" when done");
  switch (effectOf(kind).code) {
    case "reset":
      return { kind: "reset", done };
    case "late":
      return { kind: "late", milliseconds: LATE_MILLISECONDS };
    case "kill":
      return { kind: "call", done, call: () => processes.get(party)?.kill("SIGKILL") };
    default:
      return { kind: "refuse", answer: answers[kind] };
  }
}

function arm(coming: Fault | undefined): void {
  [armed, fault, numbering, points, hit] = [true, coming, new Numbering(), [], undefined];
}

/** Commands to Redis, by whom. */
export const networkInjector: Injector = {
  name: "network",
  kinds: ["reset", "reset when done", "late", ...Object.keys(answers), "kill", "kill when done"],
  // What only reads is answered by a Redis that cannot write; one that loads answers nothing.
  applies: (kind, point) =>
    !(kind in answers) || kind === "LOADING" || !reads.has(point.replace(/^\w+: (.*) #\d+$/, "$1")),
  arm: (_, coming) => arm(coming),
  disarm() {
    const found = { points, ...(hit === undefined ? {} : { hit }) };
    [armed, fault, points, hit] = [false, undefined, [], undefined];
    return found;
  },
  // The relay is in the process that spawned it.
  spawned(child, coming) {
    processes.set("driver", child);
    arm(coming);
  },
};
