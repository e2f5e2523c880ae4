// Gradients of random networks and graphs beside float64: node dist/bench/numerics/gradients.js [--networks N]
// [--graphs N] [--seed S] [--build relaxed] [--wide]. Prints how far they are off, in deviations of rounding; exits 1 where any is further than 12.

import fc from "fast-check";
import { ops } from "../../src/graph/ops/registry.js";
import type { Build } from "../../src/runtime/compile.js";
import { enableWide } from "../../src/runtime/widen.js";
import { type Checked, check } from "../../test/reference/check.js";
import { DEVIATIONS } from "../../test/reference/compare.js";
import { checkGraph } from "../../test/reference/graphs.js";
import { subjects } from "../../test/reference/networks.js";
import { Reach } from "../../test/reference/reach.js";
import { scriptOptions } from "../../test/support/script-options.js";

const { values } = scriptOptions(import.meta.url, {
  options: {
    networks: { type: "string", default: "2000" },
    graphs: { type: "string", default: "8000" },
    seed: { type: "string", default: "1" },
    build: { type: "string", default: "strict" },
    wide: { type: "boolean", default: false },
  },
});
const [networks, graphs, seed] = [values.networks, values.graphs, values.seed].map(Number);
const build = values.build as Build;
if (values.wide) console.log(JSON.stringify(enableWide()));

const reached = new Set<string>();
const reach = new Reach();
let failed = 0;
for (const [what, checks] of [
  ["networks", ofNetworks()],
  ["graphs", ofGraphs()],
] as const) {
  const deviations: number[] = [];
  let count = 0;
  let ambiguous = 0;
  for (const { name, checked } of checks) {
    count++;
    for (const op of checked.ops) reached.add(op);
    if (!checked.comparisons) ambiguous++;
    for (const one of checked.comparisons ?? []) {
      deviations.push(one.deviations);
      if (one.deviations < DEVIATIONS) continue;
      failed++;
      console.log(`${name}: ${one.name} is ${one.deviations} deviations off, ${one.relative} of its norm`);
    }
    if (count % 100 === 0) process.stderr.write(`\r${count} ${what} `);
  }
  const zeros = deviations.filter((deviation) => deviation === 0).length;
  deviations.sort((a, b) => a - b);
  const at = (share: number) => deviations[Math.floor(share * (deviations.length - 1))]?.toFixed(2);
  console.log(
    `${count} ${what}: ${deviations.length} tensors compared (${zeros} exact), ${ambiguous} ${what} left out (rounding decides, or float32 overflows); ` +
      `deviations: median ${at(0.5)}, 99% ${at(0.99)}, largest ${at(1)} of ${DEVIATIONS}`,
  );
}
const missing = [...Object.keys(ops).filter((op) => !reached.has(op)), ...reach.missed];
console.log(
  missing.length > 0
    ? `not reached: ${missing.join(", ")}`
    : `all ${reached.size} ops and ${reach.values.size} of their inputs and attributes reached`,
);
// A few graphs do not reach everything.
process.exitCode = failed > 0 || (missing.length > 0 && graphs >= 1000) ? 1 : 0;

interface Named {
  readonly name: string;
  readonly checked: Checked;
}

function* ofNetworks(): Iterable<Named> {
  for (const subject of fc.sample(subjects, { numRuns: networks, seed })) {
    const { architecture, loss, batch } = subject;
    const name = JSON.stringify({ kind: architecture.kind, config: architecture.config, loss, batch });
    yield { name, checked: check({ ...subject, build }) };
  }
}

function* ofGraphs(): Iterable<Named> {
  for (let i = 0; i < graphs; i++) {
    const number = seed * 1_000_000 + i;
    yield { name: `graph ${number}`, checked: checkGraph(number, 1 + (i % 16), { reach, build }) };
  }
}
