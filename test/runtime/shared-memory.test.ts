import test from "ava";
import { builds, compile, supports, wasmBytes } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { withSharedMemory } from "../../src/runtime/shared-memory.js";
import { testSource } from "../kernels/run.js";

for (const build of builds) {
  test(`the ${build} module for shared memory is the same but for one flag`, (t) => {
    const bytes = wasmBytes(build);
    const shared = withSharedMemory(bytes);
    const changed = [...bytes.keys()].filter((i) => bytes[i] !== shared[i]);
    t.is(changed.length, 1);
    t.deepEqual([bytes[changed[0]], shared[changed[0]]], [1, 3]);
    t.is(WebAssembly.validate(shared), supports(build));
  });
}

test("a shared engine computes the same bits in memory that other threads can see", (t) => {
  const [plain, shared] = [new Engine(), new Engine({ shared: true })];
  t.true(shared.memory.buffer instanceof SharedArrayBuffer);
  t.true(plain.memory.buffer instanceof ArrayBuffer);
  const results = [plain, shared].map((engine) => {
    const [a, b, c] = [1, 2, 3].map(() => engine.allocate(4 * 40 * 40));
    // Memory that grows keeps what is there, and older views.
    const view = engine.f32(a, 1600);
    view.set(testSource(1)(1600));
    engine.allocate(2 ** 24);
    engine.f32(b, 1600).set(testSource(2)(1600));
    engine.kernels.gemmNN(c, a, b, 0, 40, 40, 40, 40, 40, 40, 0);
    return engine.f32(c, 1600).slice();
  });
  t.deepEqual(results[1], results[0]);
  t.not(compile("strict"), compile("strict", { shared: true }));
});
