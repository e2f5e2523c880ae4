import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import type { FuzzTarget, Place } from "./target.js";

/** Of the inputs some, so that it is known which one has done it. */
const struck = (bytes: Uint8Array) => bytes[0] >= 200;
const kept: unknown[] = [];

/** Past Node's file functions, as native code goes. */
const shell = (command: string) => execFileSync("/bin/sh", ["-c", command], { stdio: "ignore" });
const open = (object: object) => object as Record<string | symbol, unknown>;

/** What each does that no reader may do, to inputs that begin with 200 or more. */
const deeds: Readonly<Record<string, (place: Place) => unknown>> = {
  "adds-to-objects": () => (open(Object.prototype)["polluted"] = true),
  "replaces-a-function": () => (open(RegExp.prototype)["exec"] = () => null),
  "changes-an-attribute": () => Object.defineProperty(Map.prototype, "get", { enumerable: true }),
  "removes-a-function": () => delete open(Promise.prototype)["finally"],
  "replaces-a-getter": () =>
    Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "length", { get: () => 0 }),
  "adds-a-global": () => (open(globalThis)["polluted"] = 1),
  "replaces-a-static": () => (open(JSON)["parse"] = () => ({})),
  "changes-a-prototype": () => Object.setPrototypeOf(Error.prototype, { polluted: true }),
  "closes-a-prototype": () => Object.preventExtensions(Set.prototype),
  "writes-beside": ({ folder }) => writeFileSync(join(folder, "..", "new"), ""),
  "writes-far-away": () => writeFileSync("/plateau-fuzz-must-not-exist", ""),
  "creates-beside": ({ folder }) => shell(`echo > ${folder}/../new`),
  "creates-at-home": () => shell('mkdir -p "$HOME/.cache"'),
  "creates-temporarily": () => shell('echo > "$TMPDIR/new"'),
  "changes-above": ({ folder }) => shell(`echo changed > ${folder}/../../../run.json`),
  "changes-a-mode": () => shell("chmod 600 weights.safetensors"),
  "changes-and-hides-it": () =>
    shell("touch -r run.json t; printf 'gone: run.json\n' > run.json; touch -r t run.json; rm t"),
  "moves-in-the-working-directory": () => shell("mv result.json moved.json"),
  "removes-fixtures": ({ fixtures }) => shell(`rm ${fixtures}/fixture`),
  "throws-a-type-error": () => open(undefined as never)["x"],
  "throws-a-text": () => {
    throw "text";
  },
  "throws-nothing": () => {
    throw undefined;
  },
  "calls-itself-a-defect": () => {
    throw new PlateauError("internal", "a defect");
  },
  "talks-too-much": () => {
    // Its own way to be made leaves no such message.
    throw Object.assign(new PlateauError("format", ""), { message: "x".repeat(6000) });
  },
  "keeps-memory": () => kept.push(new Float64Array(2 ** 23)),
  "takes-memory-for-a-moment": () => new Uint8Array(2 ** 28).fill(1).length,
  "runs-out-of-heap": () => {
    for (;;) kept.push(new Array(1000).fill(kept.length));
  },
  computes: () => {
    for (;;);
  },
  waits: () => new Promise((resolve) => setTimeout(resolve, 1e9)),
  "waits-for-nothing": () => new Promise(() => {}),
  "ends-the-process": () => process.exit(0),
  "dies-of-a-signal": () => process.kill(process.pid, "SIGSEGV"),
  "leaves-a-rejection": () => void Promise.reject(new Error("nobody listens")),
};

/** Readers as none may be, and one as all should be. */
export const targets: readonly FuzzTarget[] = [
  ...Object.entries(deeds).map(
    ([name, deed]): FuzzTarget => ({
      name,
      writes: true,
      prepare(fixtures) {
        writeFileSync(join(fixtures, "fixture"), "kept");
        return fc.uint8Array({ minLength: 1, maxLength: 50 });
      },
      async run(bytes, place) {
        if (struck(bytes)) await deed(place);
      },
    }),
  ),
  {
    name: "harmless",
    prepare: () => fc.uint8Array({ minLength: 1, maxLength: 50 }),
    run(bytes) {
      if (struck(bytes)) throw new PlateauError("format", "refused");
    },
  },
];
