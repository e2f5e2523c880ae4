import test from "ava";
import { Engine } from "../../src/runtime/engine.js";

const n = 39;

test("an element of an element-wise kernel has the same bits at every position", (t) => {
  const engine = new Engine();
  const k = engine.kernels;
  const [out, a, b, dloss] = [n, n, n, 1].map((length) => engine.allocate(4 * length));
  const calls: Record<string, () => void> = {
    add: () => k.add(out, a, b, n),
    addInto: () => k.addInto(out, a, n),
    scale: () => k.scale(out, a, 0.3, n),
    multiplyBackward: () => k.multiplyBackward(out, a, b, n, 0),
    "multiplyBackward, accumulating": () => k.multiplyBackward(out, a, b, n, 1),
    reluBackward: () => k.reluBackward(out, a, b, n, 1),
    mseBackward: () => k.mseBackward(out, dloss, a, b, n, 0),
    "mseBackward, accumulating": () => k.mseBackward(out, dloss, a, b, n, 1),
    sumBatch: () => k.sumBatch(out, a, 1, n),
  };
  for (const [name, call] of Object.entries(calls)) {
    engine.f32(out, n).fill(0.1);
    engine.f32(a, n).fill(1 / 3);
    engine.f32(b, n).fill(Math.SQRT2);
    engine.f32(dloss, 1).fill(0.7);
    call();
    const all = engine.f32(out, n);
    t.deepEqual(all, new Float32Array(n).fill(all[0]), name);
  }
});
