// Config A for a million updates, in float32 by the kernels beside plain float64, held to how far plain float32 is from
// it: node dist/bench/numerics/million.js [--seed S] [--steps N] [--batch B] [--nudges K] [--kernels N] does all in turn;
// --as float64|float32|kernels [--nudge K] --into file.json does one, and --compare float64.json float32.json …
// kernels.json … gives the verdict. Exits 1 where a bound is exceeded.
import { readFileSync, writeFileSync } from "node:fs";
import { type Course, type Drift, drift, follow, RISK } from "../../test/reference/drift.js";
import { scriptOptions } from "../../test/support/script-options.js";
import { type Arithmetic, type Begin, configA, feltOfA } from "./config-a.js";

interface Run extends Begin {
  readonly arithmetic: Arithmetic;
  readonly seconds: number;
  readonly course: Course;
}

const { values, positionals } = scriptOptions(import.meta.url, {
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "1000000" },
    batch: { type: "string", default: "16" },
    nudges: { type: "string", default: "4" },
    kernels: { type: "string", default: "4" },
    nudge: { type: "string", default: "0" },
    as: { type: "string" },
    into: { type: "string" },
    compare: { type: "boolean", default: false },
  },
});
const [seed, steps, batch] = [values.seed, values.steps, values.batch].map(Number);

if (values.as) {
  const run = trained(values.as as Arithmetic, Number(values.nudge));
  if (values.into) writeFileSync(values.into, JSON.stringify(run));
  else console.log(JSON.stringify(run.course.parts));
} else if (values.compare) {
  verdict(positionals.map((file) => JSON.parse(readFileSync(file, "utf8")) as Run));
} else {
  const count = (n: string) => Array.from({ length: Number(n) }, (_, i) => i);
  verdict([
    trained("float64", 0),
    ...count(values.nudges).map((i) => trained("float32", i + 1)),
    ...count(values.kernels).map((i) => trained("kernels", i)),
  ]);
}

function trained(arithmetic: Arithmetic, nudge: number): Run {
  const begin: Begin = { seed, nudge, steps, batch };
  const start = performance.now();
  process.stderr.write(`${arithmetic}, nudge ${nudge}\n`);
  const course = follow(configA(arithmetic, begin), steps, (line) => process.stderr.write(`${line}\n`));
  return { ...begin, arithmetic, seconds: Math.round((performance.now() - start) / 1000), course };
}

function verdict(runs: readonly Run[]): void {
  const of = (arithmetic: Arithmetic) => runs.filter((run) => run.arithmetic === arithmetic);
  const courses = (arithmetic: Arithmetic) => of(arithmetic).map(({ course }) => course);
  const [{ course: exact, ...begin }] = of("float64");
  const [plain, kernels] = [courses("float32"), courses("kernels")];
  const felt = feltOfA(begin);
  console.log(
    `seed ${begin.seed}, ${begin.steps} updates of ${begin.batch} samples; ` +
      `${felt.length} of ${exact.stops[0].weights.length} weights are felt; risk ${RISK}`,
  );
  console.log(
    `float64: ${exact.parts.map((loss) => loss.toFixed(9)).join(" ")}, at the end ${exact.evaluation}`,
  );
  const [first, ...others] = kernels;
  const within = [
    plain.length > 0
      ? judge(
          `${kernels.length} trainings of the kernels, as far from float64 as ${plain.length} plain float32 ones are`,
          kernels.map((course) => drift(exact, plain, course, felt)),
        )
      : true,
    others.length > 0
      ? judge(`float64, as far from one training of the kernels as ${others.length} others are`, [
          drift(first, others, exact, felt),
        ])
      : true,
  ];
  process.exitCode = within.every(Boolean) ? 0 : 1;
}

/** Prints distances beside their bounds. @returns whether all are within */
function judge(title: string, subjects: readonly Drift[][]): boolean {
  console.log(`\n${title}`);
  let worst = 0;
  for (const [i, { what, spread, bound }] of subjects[0].entries()) {
    const distances = subjects.map((all) => all[i].distance);
    worst = Math.max(worst, ...distances.map((distance) => distance / bound));
    const told = distances.map((distance) => distance.toExponential(1)).join(" ");
    const mark = distances.every((distance) => distance <= bound) ? "" : "  BEYOND";
    console.log(`${what}: ${told} of ${bound.toExponential(1)} (others ${spread.toExponential(1)})${mark}`);
  }
  console.log(`largest: ${worst.toFixed(3)} of its bound, ${worst <= 1 ? "within" : "BEYOND"}`);
  return worst <= 1;
}
