import test from "ava";
import { Engine } from "../../src/runtime/engine.js";
import { type Hyper, hyperFloats, plainUpdate, type State, usual } from "../kernels/optimizer.js";
import { relativeError, testSource } from "../kernels/run.js";

const n = 37;

for (const rule of ["adamUpdate", "adamwUpdate", "sgdUpdate"] as const) {
  test(`${rule}: ten steps stay within 5e-7 of float64`, (t) => {
    const engine = new Engine();
    const [p, m, v, g, hyper] = [n, n, n, n, 10].map((length) => engine.allocate(4 * length));
    const source = testSource(11);
    engine.f32(p, n).set(source(n));
    let plain: State[] = [...engine.f32(p, n)].map((value) => ({ p: value, m: 0, v: 0 }));
    for (let step = 1; step <= 10; step++) {
      // Gradients over six orders of magnitude, a rate that changes, clipping now and then.
      const gradient = source(n).map((value, i) => value * 10 ** ((i % 7) - 4));
      const h: Hyper = { ...usual, step, rate: 0.01 / step, gradScale: step % 3 ? 1 : 0.25 };
      engine.f32(g, n).set(gradient);
      engine.f32(hyper, 10).set(hyperFloats(h));
      if (rule === "sgdUpdate") engine.kernels.sgdUpdate(p, m, g, n, hyper);
      else engine.kernels[rule](p, m, v, g, n, hyper);
      plain = plain.map((state, i) => plainUpdate(rule, state, gradient[i], h));
    }
    for (const [name, address] of [
      ["p", p],
      ["m", m],
      ["v", v],
    ] as const) {
      const error = relativeError(
        engine.f32(address, n),
        plain.map((state) => state[name]),
      );
      t.true(error <= 5e-7, `${name} is off by ${error}`);
    }
  });

  test(`${rule}: an element has the same bits at every position`, (t) => {
    const engine = new Engine();
    const [p, m, v, g, hyper] = [n, n, n, n, 10].map((length) => engine.allocate(4 * length));
    for (const [address, value] of [
      [p, 0.7],
      [m, -0.3],
      [v, 0.2],
      [g, 0.11],
    ])
      engine.f32(address, n).fill(value);
    engine.f32(hyper, 10).set(hyperFloats(usual));
    if (rule === "sgdUpdate") engine.kernels.sgdUpdate(p, m, g, n, hyper);
    else engine.kernels[rule](p, m, v, g, n, hyper);
    for (const address of [p, m, v]) {
      const all = engine.f32(address, n);
      t.deepEqual(all, new Float32Array(n).fill(all[0]));
    }
  });
}

test("what decays ends at 0, not among subnormal numbers", (t) => {
  const engine = new Engine();
  const [p, m, v, g, hyper] = [n, n, n, n, 10].map((length) => engine.allocate(4 * length));
  engine.f32(p, n).fill(1e-18);
  engine.f32(m, n).fill(1e-30);
  engine.f32(v, n).fill(1e-36);
  let slowest = Number.POSITIVE_INFINITY;
  for (let step = 1; step <= 2000; step++) {
    engine.f32(hyper, 10).set(hyperFloats({ ...usual, step, rate: 1e-9 }));
    engine.kernels.adamUpdate(p, m, v, g, n, hyper);
    for (const address of [p, m, v]) {
      for (const value of engine.f32(address, n))
        if (value !== 0) slowest = Math.min(slowest, Math.abs(value));
    }
  }
  t.true(slowest >= 2 ** -126, `${slowest} is subnormal`);
  t.deepEqual(engine.f32(p, n), new Float32Array(n));
});
