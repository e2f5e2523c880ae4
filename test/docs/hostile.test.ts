import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import * as experiments from "../../src/experiments.js";
import * as plateau from "../../src/index.js";
import * as node from "../../src/node.js";
import * as report from "../../src/report.js";
import * as sweep from "../../src/sweep.js";

// Whatever is wrongly given to what the package exports is refused as `usage` by plateau itself: never by a TypeError from
// the middle of its work.

const folder = mkdtempSync(join(tmpdir(), "plateau-hostile-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const hostile: readonly unknown[] = [
  undefined,
  null,
  3,
  Number.NaN,
  "",
  // Whoever takes a path may write to it.
  join(folder, "nonsense"),
  true,
  {},
  [],
  [{}],
  () => 3,
  Symbol("s"),
  10n,
];

type Callable = (...args: unknown[]) => unknown;

/** Functions of every entry, and static methods and constructors of its classes, by name. */
function callables(): Map<string, Callable> {
  const found = new Map<string, Callable>();
  for (const [entry, module] of Object.entries({ plateau, node, sweep, experiments, report })) {
    for (const [name, value] of Object.entries(module as Record<string, unknown>)) {
      if (value === PlateauError) continue;
      const at = `${entry}.${name}`;
      if (typeof value === "function") {
        const isClass = /^class\b/.test(Function.prototype.toString.call(value));
        if (!isClass) found.set(at, value as Callable);
        else found.set(`new ${at}`, (...args) => new (value as new (...args: unknown[]) => unknown)(...args));
        for (const key of Object.getOwnPropertyNames(value)) {
          const method = (value as unknown as Record<string, unknown>)[key];
          if (isClass && typeof method === "function")
            found.set(`${at}.${key}`, method.bind(value) as Callable);
        }
      } else if (typeof value === "object" && value !== null && !(value instanceof Map)) {
        for (const [key, method] of Object.entries(value)) {
          if (typeof method === "function") found.set(`${at}.${key}`, method.bind(value) as Callable);
        }
      }
    }
  }
  return found;
}

/** What a call ends with: undefined where it returns. */
async function failure(call: () => unknown): Promise<unknown> {
  try {
    const returned = call();
    if (typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned) {
      for await (const _ of returned as AsyncIterable<unknown>) break;
    } else await returned;
    return undefined;
  } catch (error) {
    return error ?? new Error("nothing was thrown");
  }
}

const shown = (value: unknown) =>
  typeof value === "function"
    ? "a function"
    : typeof value === "bigint"
      ? `${value}n`
      : typeof value === "symbol"
        ? "a symbol"
        : Array.isArray(value) || (typeof value === "object" && value !== null)
          ? JSON.stringify(value)
          : String(value);

const all = callables();
for (const [name, callable] of all) {
  test(`${name} refuses arguments of the wrong kind as usage`, async (t) => {
    const faults: string[] = [];
    for (const [i, first] of hostile.entries()) {
      for (const args of [
        [first],
        [first, hostile[(i + 5) % hostile.length], hostile[(i + 9) % hostile.length]],
      ]) {
        const error = await failure(() => callable(...args));
        if (error === undefined || error instanceof PlateauError) continue;
        const line =
          error instanceof Error ? error.stack?.split("\n").find((text) => text.includes("/dist/src/")) : "";
        faults.push(`(${args.map(shown).join(", ")}): ${error}${line}`);
      }
    }
    t.deepEqual(faults.slice(0, 3), []);
  });
}

test("swapped arguments are named", async (t) => {
  const { certifyConstructed, defineTask, findConstruction, findTarget } = plateau;
  const task = defineTask(findTarget("runge"));
  const made = findConstruction("partition").construct(task, 8, {});
  const error = await t.throwsAsync(certifyConstructed(made as never, task as never), {
    instanceOf: PlateauError,
  });
  t.is(error.code, "usage");
  t.regex(error.message, /^certifyConstructed: task is an object: expected a Task, which has target, dim/);
});

test("the walk finds what is exported", (t) => {
  t.true(all.size > 100, String(all.size));
  for (const name of [
    "plateau.train",
    "plateau.Transformer.create",
    "new plateau.Model",
    "sweep.Study.open",
    "node.RunDirectory.create",
  ])
    t.true(all.has(name), name);
});
