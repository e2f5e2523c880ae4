import type { KernelSpec, Sizes, Source } from "./spec.js";

const shape = (B: number, T: number, S: number, H: number, E: number): Sizes => ({ B, T, S, H, E });
const sizes = [
  shape(1, 1, 1, 1, 1),
  shape(2, 3, 5, 1, 4),
  shape(2, 5, 3, 2, 3),
  shape(1, 7, 7, 3, 5),
  shape(3, 2, 9, 1, 17),
];

/** Rows longer than H·E, so that a wrong leading dimension shows. */
function inputs({ B, T, S, H, E }: Sizes, source: Source) {
  const [ldq, ldk, ldv, ldo] = [H * E + 1, H * E + 2, H * E + 3, H * E + 4];
  const rows = (count: number, ld: number) => source((count - 1) * ld + H * E);
  return { ldq, ldk, ldv, ldo, q: rows(B * T, ldq), k: rows(B * S, ldk), v: rows(B * S, ldv), rows };
}

/** Every (b, h, t, s) with the start of its rows. */
function* pairs({ B, T, S, H, E }: Sizes, ldq: number, ldk: number, ldv: number, ldo: number) {
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let t = 0; t < T; t++)
        for (let s = 0; s < S; s++) {
          const column = h * E;
          yield {
            q: (b * T + t) * ldq + column,
            o: (b * T + t) * ldo + column,
            k: (b * S + s) * ldk + column,
            v: (b * S + s) * ldv + column,
          };
        }
}

function forward(all: Sizes, source: Source) {
  const { ldq, ldk, ldv, ldo, q, k, v, rows } = inputs(all, source);
  const { B, T, S, H, E } = all;
  const out = rows(B * T, ldo);
  const want = Float64Array.from(out);
  // What lies between the rows stays as it was.
  for (const { o } of pairs({ ...all, S: 1 }, ldq, ldk, ldv, ldo)) want.fill(0, o, o + E);
  for (const at of pairs(all, ldq, ldk, ldv, ldo)) {
    let score = 0;
    for (let e = 0; e < E; e++) score += q[at.q + e] * k[at.k + e];
    for (let e = 0; e < E; e++) want[at.o + e] += score * v[at.v + e];
  }
  return {
    buffers: { out, q, k, v },
    args: ["out", "q", "k", "v", B, T, S, H, E, ldq, ldk, ldv, ldo],
    expected: { out: want },
  };
}

function backward(all: Sizes, source: Source, accumulate: 0 | 1) {
  const { ldq, ldk, ldv, ldo, q, k, v, rows } = inputs(all, source);
  const { B, T, S, H, E } = all;
  const dout = rows(B * T, ldo);
  const start = { dq: rows(B * T, ldq), dk: rows(B * S, ldk), dv: rows(B * S, ldv) };
  const want = {
    dq: Float64Array.from(start.dq),
    dk: Float64Array.from(start.dk),
    dv: Float64Array.from(start.dv),
  };
  if (!accumulate) {
    for (const at of pairs(all, ldq, ldk, ldv, ldo)) {
      want.dq.fill(0, at.q, at.q + E);
      want.dk.fill(0, at.k, at.k + E);
      want.dv.fill(0, at.v, at.v + E);
    }
  }
  for (const at of pairs(all, ldq, ldk, ldv, ldo)) {
    let [score, along] = [0, 0];
    for (let e = 0; e < E; e++) {
      score += q[at.q + e] * k[at.k + e];
      along += dout[at.o + e] * v[at.v + e];
    }
    for (let e = 0; e < E; e++) {
      want.dq[at.q + e] += along * k[at.k + e];
      want.dk[at.k + e] += along * q[at.q + e];
      want.dv[at.v + e] += score * dout[at.o + e];
    }
  }
  return {
    buffers: { ...start, dout, q, k, v },
    args: [...["dq", "dk", "dv", "dout", "q", "k", "v"], ...[B, T, S, H, E, ldq, ldk, ldv, ldo, accumulate]],
    expected: want,
  };
}

const timed = shape(128, 8, 8, 1, 8);

export const specs: KernelSpec[] = [
  {
    kernel: "linearAttentionForward",
    sizes,
    make: forward,
    tolerance: 1e-6,
    bench: [{ sizes: timed, flops: 2 * 128 * 16 * 64 }],
  },
  ...([0, 1] as const).map(
    (accumulate): KernelSpec => ({
      kernel: "linearAttentionBackward",
      variant: accumulate ? "accumulating" : "overwriting",
      sizes,
      make: (all, source) => backward(all, source, accumulate),
      tolerance: 1e-6,
      bench: [{ sizes: timed, flops: 2 * 128 * 40 * 64 }],
    }),
  ),
];
