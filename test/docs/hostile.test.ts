import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
      // Errors are made, not called.
      if (value === PlateauError || (value as { prototype?: unknown }).prototype instanceof PlateauError)
        continue;
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

const notFunctions: readonly unknown[] = [3, "x", true, {}, [], null, Symbol("s"), 10n];
const notSignals: readonly unknown[] = [...notFunctions, () => 3, { aborted: 1 }];
const kindsOfOptions = { signal: notSignals, resume: [...notFunctions, () => 3, { updates: 1 }] } as const;

/** Calls that take options, with what of these is a function; the others are those above. */
const takers: Readonly<
  Record<
    string,
    { call: (options: object) => unknown; functions: readonly string[]; others: readonly string[] }
  >
> = (() => {
  const { analyze, arrayData, run, Transformer, train } = plateau;
  const make = () =>
    Transformer.create({
      ...{ inputDim: 1, outputDim: 1, inputTokens: 1, outputTokens: 1, kind: "encoder" },
      ...{ dModel: 4, heads: 1, ff: 4, encoderLayers: 1 },
    });
  const rows = arrayData(Float32Array.of(0, 1), Float32Array.of(0, 1), 2);
  const line = Array.from({ length: 40 }, (_, i) => `${i},${i / 2}`).join("\n");
  const csv = join(folder, "line.csv");
  writeFileSync(csv, `x,y\n${line}\n`);
  const study = async (options: object) => {
    await using opened = await sweep.Study.open(":memory:", {
      name: "line",
      sampler: "random",
      space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
    });
    const all = { trials: 1, objective: async () => 1, ...options };
    for await (const _ of opened.run(all)) break;
  };
  const watched = ["onProgress", "onEvaluation", "onCheckpoint"];
  return {
    run: {
      call: (options) => run({ target: "runge", steps: 1 }, options),
      functions: [...watched, "onModel"],
      others: ["signal", "resume"],
    },
    train: {
      call: (options) => train(make(), rows, { steps: 1, ...options }),
      functions: [...watched, "evaluate"],
      others: ["signal", "resume"],
    },
    fitTable: {
      call: async (options) =>
        plateau.fitTable(await node.readTable(csv), { output: "y", steps: 1 }, options),
      functions: watched,
      others: ["signal", "resume"],
    },
    analyze: {
      call: (options) => analyze(make(), "runge", { measures: [], ...options }),
      functions: ["onProgress", "onMeasure"],
      others: ["signal"],
    },
    "study.run": { call: study, functions: ["onEvent", "footprint"], others: ["signal"] },
    predict: {
      call: (options) => make().predict(new Float32Array(1), options),
      functions: ["feedback"],
      others: ["signal"],
    },
  };
})();

for (const [name, { call, functions, others }] of Object.entries(takers)) {
  test(`${name} refuses options of the wrong kind, and unknown ones, as usage`, async (t) => {
    t.is(await failure(() => call({})), undefined, "it does without any");
    const cases: [option: string, value: unknown][] = [
      ...functions.flatMap((option) => notFunctions.map((value): [string, unknown] => [option, value])),
      ...others.flatMap((option) =>
        kindsOfOptions[option as keyof typeof kindsOfOptions].map((value): [string, unknown] => [
          option,
          value,
        ]),
      ),
      ["onProgres", () => {}],
    ];
    for (const [option, value] of cases) {
      const error = await failure(() => call({ [option]: value }));
      t.true(
        error instanceof PlateauError && error.code === "usage" && error.message.includes(option),
        `${option}: ${shown(value)}: ${error}`,
      );
    }
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
