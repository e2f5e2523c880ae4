import { execFileSync } from "node:child_process";
import type { ExecutionContext } from "ava";
import { given } from "./given.js";

const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "ignore" });

function canBeHad(): boolean {
  const name = `plateau-${process.pid}`;
  try {
    ip("netns", "add", name);
    ip("netns", "del", name);
    return true;
  } catch {
    return false;
  }
}

/** Whether processes can have networks of their own: Linux, iproute2 and root. */
export const namespaces = process.platform === "linux" && canBeHad();
export const withNamespaces = (also: boolean) =>
  given(namespaces && also, "network namespaces (root, iproute2) or redis-server are not to be had");

let made = 0;

/** A network of its own with one cable to this machine. */
export interface Namespace {
  /** This machine, as it is seen from there. */
  readonly host: string;
  /** What runs a command there. */
  readonly enter: readonly string[];
  /** Cuts the cable: nobody is told. */
  cut(): void;
  mend(): void;
}

export function namespace(t: ExecutionContext<unknown>): Namespace {
  const number = made++;
  const name = `plateau-${process.pid}-${number}`;
  // Names of interfaces have 15 characters at most.
  const [here, there] = [`ph${process.pid}n${number}`, `pt${process.pid}n${number}`];
  const subnet = `10.${200 + (process.pid % 50)}.${(process.pid >> 3) % 250}`;
  const [host, guest] = [`${subnet}.${4 * number + 1}`, `${subnet}.${4 * number + 2}`];
  ip("netns", "add", name);
  t.teardown(() => ip("netns", "del", name));
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
  ip("addr", "add", `${host}/30`, "dev", here);
  ip("link", "set", here, "up");
  ip("-n", name, "addr", "add", `${guest}/30`, "dev", there);
  ip("-n", name, "link", "set", there, "up");
  ip("-n", name, "link", "set", "lo", "up");
  return {
    host,
    enter: ["ip", "netns", "exec", name],
    cut: () => ip("-n", name, "link", "set", there, "down"),
    mend: () => ip("-n", name, "link", "set", there, "up"),
  };
}
