// Largest error of the float32 functions over all 2^32 inputs, in units in the last place:
//   npm run math:exhaustive -- [exp tanh …] [--stride 61] [--build relaxed]
// The reference is the float64 scalar of the same module (erf: its own series and continued fraction,
// in test/kernels/ulp.ts), so the result is the same on every engine.

import type { Build } from "../src/runtime/compile.js";
import { Engine } from "../src/runtime/engine.js";
import { maximumUlp, unaryFunctions } from "../test/kernels/ulp.js";
import { scriptOptions } from "../test/support/script-options.js";

const { values, positionals } = scriptOptions(import.meta.url, {
  allowPositionals: true,
  options: { stride: { type: "string", default: "1" }, build: { type: "string", default: "strict" } },
});
const engine = new Engine({ build: values.build as Build });
for (const name of positionals.length ? positionals : Object.keys(unaryFunctions)) {
  const start = performance.now();
  const { ulp, at, wrong } = maximumUlp(engine, name, Number(values.stride));
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${name}: ${ulp.toFixed(4)} ulp at ${at}${wrong.length ? `, wrong at ${wrong.join(" ")}` : ""} (${seconds} s)`,
  );
}
