import { hostname } from "node:os";

let known: string | undefined;

/** The name of this machine, which tells its processes from those of others; asked once, and not before it is needed. */
export function hostName(): string {
  return (known ??= hostname());
}
