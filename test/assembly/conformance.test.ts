import test from "ava";
import { type Build, supports } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { kernelNames } from "../../src/runtime/generated/kernels.js";
import { registry } from "../kernels/registry.js";
import { place, relativeError, testSource } from "../kernels/run.js";
import type { Case, KernelSpec } from "../kernels/spec.js";

/** Exports that are no kernels: they set up an instance. */
const plumbing = new Set(["setScratch", "scratchBytes", "heapBase", "setGemmTile"]);
/** Float64 scalars return their value: `math.test.ts` checks them. */
const scalar = /64$/;

test("every exported kernel has a plain reference in the registry", (t) => {
  const covered = new Set<string>(registry.map((spec) => spec.kernel));
  t.deepEqual(
    kernelNames.filter((name) => !covered.has(name) && !plumbing.has(name) && !scalar.test(name)),
    [],
  );
});

for (const build of ["strict", "relaxed"] satisfies Build[]) {
  if (!supports(build)) {
    test(`${build}: this engine validates no ${build} module, its kernels are not run`, (t) => t.pass());
    continue;
  }
  for (const spec of registry) {
    test(`${build}: ${spec.kernel}${spec.variant ? ` (${spec.variant})` : ""} is within ${spec.tolerance} of its reference`, (t) => {
      const engine = new Engine({ build });
      for (const sizes of spec.sizes) {
        const label = JSON.stringify(sizes);
        check(t, engine, spec, spec.make(sizes, testSource(7), build), label);
        for (const [output, input] of spec.inPlace ?? []) {
          check(
            t,
            engine,
            spec,
            spec.make(sizes, testSource(7), build),
            `${label}, ${output} in place of ${input}`,
            { [output]: input },
          );
        }
      }
      for (const [i, special] of (spec.specials?.(testSource(9)) ?? []).entries()) {
        check(t, engine, spec, special, `special values ${i}`);
      }
    });
  }
}

function check(
  t: {
    is(a: unknown, b: unknown, message?: string): void;
    true(a: boolean, message?: string): void;
    deepEqual(a: unknown, b: unknown, message?: string): void;
  },
  engine: Engine,
  spec: KernelSpec,
  one: Case,
  label: string,
  shared: Record<string, string> = {},
): void {
  const mark = engine.mark();
  const placed = place(engine, spec.kernel, one, shared);
  placed.call();
  t.deepEqual(placed.overruns(), [], `${label}: wrote outside`);
  for (const [name, want] of Object.entries(one.expected)) {
    const error = relativeError(placed.read(name) as ArrayLike<number>, want);
    t.true(error <= spec.tolerance, `${label}: ${name} off by ${error}`);
  }
  const written = new Set([
    ...Object.keys(one.expected),
    ...Object.keys(shared).flatMap((key) => [key, shared[key]]),
  ]);
  for (const [name, data] of Object.entries(one.buffers)) {
    if (!written.has(name)) t.deepEqual(placed.read(name), data, `${label}: input ${name} changed`);
  }
  engine.release(mark);
}
