import test from "ava";
import fc from "fast-check";
import { Engine } from "../../src/runtime/engine.js";
import { interleave } from "../kernels/attention.js";
import {
  type AttentionCase,
  attention,
  attentionBackward,
  type Normalizer,
} from "../kernels/attention-reference.js";
import { relativeError, testSource } from "../kernels/run.js";
import { engine, inMemory, runAttention } from "./attention-run.js";

type Numbers = Float32Array<ArrayBuffer>;

/** A case of dense rows with inputs from a seed. */
function denseCase(
  [B, T, S, H, E]: readonly number[],
  seed: number,
  options: Pick<AttentionCase, "causal" | "normalizer"> & { mask?: boolean } = {},
): AttentionCase & { dout: Numbers } {
  const source = testSource(seed);
  const ld = H * E;
  return {
    ...{ B, T, S, H, E, ldq: ld, ldk: ld, ldv: ld, ldo: ld },
    q: source(B * T * ld, -1.5, 1.5),
    k: source(B * S * ld, -1.5, 1.5),
    v: source(B * S * ld),
    dout: source(B * T * ld),
    keyMask: options.mask
      ? source(B * S, -2, 2).map((x) => (x > 0.5 ? Number.NEGATIVE_INFINITY : x))
      : undefined,
    causal: options.causal,
    normalizer: options.normalizer,
  };
}

// ---- the reference itself -----------------------------------------------------------------------

test("the reference's gradients are its central differences within 1e-8", (t) => {
  for (const normalizer of [0, 2] satisfies Normalizer[]) {
    for (const causal of [false, true]) {
      const a = denseCase([2, 3, 4, 2, 3], 5, { normalizer, causal, mask: true });
      const inputs = { q: Float64Array.from(a.q), k: Float64Array.from(a.k), v: Float64Array.from(a.v) };
      const factors = testSource(8)(2 * 2 * 3 * 4, 0, 2);
      const one = { ...a, ...inputs, factors };
      const got = attentionBackward(one, a.dout, attention(one).weights);
      const pulled = () => attention(one).out.reduce((sum, x, i) => sum + x * a.dout[i], 0);
      for (const [name, gradient] of [
        ["q", got.dq],
        ["k", got.dk],
        ["v", got.dv],
      ] as const) {
        const step = 1e-5;
        const differences = inputs[name].map((x, i, all) => {
          all[i] = x + step;
          const above = pulled();
          all[i] = x - step;
          const below = pulled();
          all[i] = x;
          return (above - below) / (2 * step);
        });
        const error = relativeError(gradient, differences);
        t.true(error < 1e-8, `normaliser ${normalizer}, causal ${causal}: d${name} off by ${error}`);
      }
    }
  }
});

// ---- properties ---------------------------------------------------------------------------------

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 19 }),
);
const options = fc.record({
  causal: fc.boolean(),
  mask: fc.boolean(),
  normalizer: fc.constantFrom<Normalizer>(0, 1, 2),
});

test("any shape, mask and normaliser: outputs, weights and gradients within 3e-6 of the reference", (t) => {
  fc.assert(
    fc.property(shapes, options, fc.nat(), (shape, flags, seed) => {
      const a = denseCase(shape, seed, flags);
      const got = runAttention(a, a.dout);
      const want = attention(a);
      t.true(relativeError(got.out, want.out) <= 3e-6, "out");
      t.true(relativeError(got.weights, want.weights) <= 3e-6, "weights");
      // From the kernel's own weights: near the edge of sparsemax's support rounding decides who is in.
      const gradients = attentionBackward(a, a.dout, got.weights);
      for (const name of ["dq", "dk", "dv"] as const) {
        const error = relativeError(got[name], gradients[name]);
        t.true(error <= 3e-6, `${name} off by ${error}`);
      }
    }),
    { numRuns: 150, seed: 42 },
  );
});

test("a row's weights are at least 0 and sum to 1, or to 0 where every key is masked", (t) => {
  fc.assert(
    fc.property(shapes, options, fc.nat(), (shape, flags, seed) => {
      const a = denseCase(shape, seed, flags);
      const { weights } = runAttention(a, a.dout);
      const { B, T, S, H } = a;
      for (let row = 0; row < B * H * T; row++) {
        const batch = Math.floor(row / H / T);
        const seen = a.causal ? Math.min(S, (row % T) + 1) : S;
        const masked = Array.from({ length: seen }, (_, s) => a.keyMask?.[batch * S + s] ?? 0);
        const sum = masked.every((m) => m === Number.NEGATIVE_INFINITY) ? 0 : 1;
        const these = weights.subarray(row * S, (row + 1) * S);
        t.true(these.every((w) => w >= 0));
        t.true(Math.abs(these.reduce((x, y) => x + y, 0) - sum) <= 1e-6);
        t.true(these.every((w, s) => (s < seen && masked[s] > Number.NEGATIVE_INFINITY) || w === 0));
      }
    }),
    { numRuns: 50, seed: 43 },
  );
});

test("a batch's results are the same bits alone and among others", (t) => {
  fc.assert(
    fc.property(shapes, options, fc.nat(), (shape, flags, seed) => {
      const all = denseCase(shape, seed, flags);
      const together = runAttention(all, all.dout);
      const part = <A extends { length: number; slice(a: number, b: number): A }>(a: A, b: number) =>
        a.slice((a.length / all.B) * b, (a.length / all.B) * (b + 1));
      const b = seed % all.B;
      const cut = (x: ArrayLike<number>) => part(x as Numbers, b);
      const alone = runAttention(
        {
          ...all,
          B: 1,
          q: cut(all.q),
          k: cut(all.k),
          v: cut(all.v),
          keyMask: all.keyMask && cut(all.keyMask),
        },
        cut(all.dout),
      );
      for (const name of ["out", "weights", "dq", "dk", "dv"] as const) {
        t.deepEqual(alone[name], part(together[name], b), name);
      }
    }),
    { numRuns: 50, seed: 44 },
  );
});

test("few queries and keys of many groups give the bits of a batch alone, NaN and infinities too", (t) => {
  const few = fc.tuple(
    fc.integer({ min: 8, max: 40 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(1, 2, 4),
    fc.constantFrom(1, 2, 3, 4, 6, 8, 65),
  );
  const special = fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38);
  const flags = fc.record({ causal: fc.boolean(), normalizer: fc.constantFrom<Normalizer>(0, 1, 2) });
  fc.assert(
    fc.property(few, flags, special, fc.nat(), (shape, flags, special, seed) => {
      const all = denseCase(shape, seed, flags);
      const { B, T, S, H, E } = all;
      for (const x of [all.q, all.k, all.v, all.dout] as Numbers[]) if (special) x[seed % x.length] = special;
      const together = runAttention(all, all.dout);
      for (const b of [0, B >> 1, B - 1]) {
        const cut = (x: ArrayLike<number>, rows: number) =>
          (x as Numbers).slice(b * rows * H * E, (b + 1) * rows * H * E);
        // Fewer than eight pairs are no whole group.
        const one = { ...all, B: 1, q: cut(all.q, T), k: cut(all.k, S), v: cut(all.v, S) };
        const alone = runAttention(one, cut(all.dout, T));
        t.deepEqual(alone.out, cut(together.out, T), "out");
        t.deepEqual(alone.weights, together.weights.slice(b * H * T * S, (b + 1) * H * T * S), "weights");
        t.deepEqual(alone.dq, cut(together.dq, T), "dq");
        t.deepEqual(alone.dk, cut(together.dk, S), "dk");
        t.deepEqual(alone.dv, cut(together.dv, S), "dv");
      }
    }),
    { numRuns: 200, seed: 45 },
  );
});

// ---- sizes --------------------------------------------------------------------------------------

test("large sizes are cut into blocks that stay within scratch", (t) => {
  const fresh = new Engine();
  // Scratch is the first thing an engine allocates: what comes next lies right behind it.
  const canary = fresh.allocate(64);
  fresh.u8(canary, 64).fill(0xa5);
  const { attentionForward, attentionBackward: backward, attentionSavedFloats } = fresh.kernels;
  for (const [T, S, E, causal, saved] of [
    [3, 4096, 300, 0, 1],
    [20, 500, 256, 1, 1],
    [2, 11232, 1, 0, 0],
    [33, 1000, 3, 1, 0],
    [70, 30, 520, 0, 1],
  ]) {
    const mark = fresh.mark();
    const source = testSource(T);
    const put = (values: Numbers) => {
      const address = fresh.allocate(4 * values.length);
      fresh.f32(address, values.length).set(values);
      return address;
    };
    const [q, k, v, dout] = [T, S, S, T].map((rows) => source(rows * E));
    const places = [q, k, v, dout].map(put);
    const [dq, dk, dv, out] = [T, S, S, T].map((rows) => fresh.allocate(4 * rows * E));
    const probs = saved ? fresh.allocate(4 * attentionSavedFloats(1, T, S, 1)) : 0;
    const keyMask = put(new Float32Array(S));
    const rng = fresh.allocate(16);
    const [pq, pk, pv, pdout] = places;
    const sizes = [1, T, S, 1, E, E, E, E, E] as const;
    const flags = [causal, 0, rng, 1, 0, 1] as const; // dropout that drops nothing: all strips are in use
    attentionForward(out, probs, pq, pk, pv, keyMask, ...sizes, ...flags);
    const one: AttentionCase = {
      ...{ B: 1, T, S, H: 1, E, ldq: E, ldk: E, ldv: E, ldo: E, q, k, v, causal: causal === 1 },
    };
    const want = attention(one);
    const label = `T ${T}, S ${S}, E ${E}`;
    t.true(relativeError(fresh.f32(out, T * E), want.out) <= 2e-6, `${label}: out`);
    if (saved) {
      backward(dq, dk, dv, pdout, probs, pq, pk, pv, keyMask, ...sizes, ...flags, 0);
      const gradients = attentionBackward(one, dout, want.weights);
      for (const [name, place, rows] of [
        ["dq", dq, T],
        ["dk", dk, S],
        ["dv", dv, S],
      ] as const) {
        const error = relativeError(fresh.f32(place, rows * E), gradients[name]);
        t.true(error <= 2e-6, `${label}: ${name} off by ${error}`);
      }
    }
    t.true(
      fresh.u8(canary, 64).every((byte) => byte === 0xa5),
      `${label}: wrote behind scratch`,
    );
    fresh.release(mark);
  }
});

test("more keys than fit into scratch trap instead of overrunning it", (t) => {
  const zeros = [0, 0, 0, 0, 0, 0] as const;
  t.throws(() => engine.kernels.attentionForward(...zeros, 1, 1, 11233, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1), {
    instanceOf: WebAssembly.RuntimeError,
  });
});

test("saved weights take whole groups of eight (batch, head) pairs", (t) => {
  t.is(engine.kernels.attentionSavedFloats(1, 1, 1, 1), 8);
  t.is(engine.kernels.attentionSavedFloats(2, 3, 5, 4), 8 * 15);
  t.is(engine.kernels.attentionSavedFloats(3, 3, 5, 3), 16 * 15);
  t.is(interleave(new Float64Array(9 * 15), { B: 3, T: 3, S: 5, H: 3 }).length, 16 * 15);
});

test("kept weights are the share that the threshold asks for, other ones at another step", (t) => {
  const [B, T, S, H, E] = [16, 8, 8, 8, 1];
  const draw = (step: number) =>
    inMemory([new Float32Array(B * S * H), new Float32Array(B * T * H)], (same, out) => {
      // Equal scores, values 1, factor 8·keepScale⁻¹: each output counts its row's kept keys.
      const v = engine.allocate(4 * B * S * H);
      engine.f32(v, B * S * H).fill(1);
      const rng = engine.allocate(16);
      engine.u32(rng, 4).set([1, 2, step, 0]);
      const sizes = [B, T, S, H, E, H, H, H, H] as const;
      engine.kernels.attentionForward(out, 0, same, same, v, 0, ...sizes, 0, 0, rng, 5, 16384, 8);
      return engine.f32(out, B * T * H).slice();
    });
  const first = draw(0);
  const kept = first.reduce((a, b) => a + b, 0) / (B * T * H * S);
  // 65,536 weights kept with probability 3/4: five standard errors are 0.0085.
  t.true(Math.abs(kept - 0.75) < 0.0085, `kept ${kept}`);
  t.true(first.every((count) => Number.isInteger(count)));
  t.notDeepEqual(draw(1), first);
  t.deepEqual(draw(0), first);
});

test("gradients that are next to nothing are 0: no product with them is subnormal", (t) => {
  const a = denseCase([2, 3, 4, 3, 5], 9);
  const times = (factor: number) => Float32Array.from(a.k, (x) => x * factor);
  const shrunk = { ...a, k: times(1e-30) };
  const { dq, dk, dv } = runAttention(shrunk, a.dout);
  t.deepEqual(dq, new Float32Array(dq.length), "queries' gradients are their keys'");
  t.true(dk.some((x) => x !== 0));
  t.deepEqual(dv, runAttention({ ...a, k: times(0) }, a.dout).dv);
});
