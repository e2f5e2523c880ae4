import type { Engine } from "./engine.js";

/** What `hashOfKernels` gives wherever WebAssembly is computed as its specification says. */
export const KNOWN_HASH = 0xce4685ae;

/**
 * FNV-1a over the bits that the strict kernels make of fixed inputs: the three products with every width of
 * panel, and of few columns, attention of many and of few queries, LayerNorm, GELU and Adam.
 */
export function hashOfKernels(engine: Engine): number {
  return engine.scoped(() => {
    const { kernels } = engine;
    let state = 1;
    let hash = 0x811c9dc5;
    const output = (length: number) => engine.allocate(4 * length);
    const input = (length: number) => {
      const address = output(length);
      const values = engine.f32(address, length);
      for (let i = 0; i < length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        values[i] = (state >>> 8) / 2 ** 23 - 1;
      }
      return address;
    };
    const add = (address: number, length: number) => {
      for (const byte of engine.u8(address, 4 * length)) hash = Math.imul(hash ^ byte, 0x01000193);
    };

    const [M, N, K] = [7, 45, 11];
    const [a, b, bias, c] = [input(M * K), input(N * K), input(N), output(M * N)];
    kernels.gemmNN(c, a, b, bias, M, N, K, K, N, N, 0);
    add(c, M * N);
    kernels.gemmNT(c, a, b, bias, M, N, K, K, K, N, 0);
    add(c, M * N);
    kernels.gemmTN(c, a, b, 0, M, N, K, M, N, N, 1);
    add(c, M * N);
    for (const [m, n] of [
      [12, 4],
      [8, 12],
    ]) {
      kernels.gemmTN(c, b, b, 0, m, n, K, 40, N, n, 0);
      add(c, m * n);
    }

    const H = 2;
    for (const [B, T, E] of [
      [1, 20, 8],
      [4, 1, 2],
      [4, 2, 8],
      [4, 3, 2],
      [4, 4, 8],
      [4, 7, 2],
    ]) {
      const D = H * E;
      const [qkv, dout, out, dqkv] = [
        input(3 * B * T * D),
        input(B * T * D),
        output(B * T * D),
        output(3 * B * T * D),
      ];
      const probs = output(kernels.attentionSavedFloats(B, T, T, H));
      const [k, v, dk, dv] = [qkv + 4 * D, qkv + 8 * D, dqkv + 4 * D, dqkv + 8 * D];
      const sizes = [B, T, T, H, E, 3 * D, 3 * D, 3 * D, D] as const;
      kernels.attentionForward(out, probs, qkv, k, v, 0, ...sizes, 1, 0, 0, 0, 0, 1);
      add(out, B * T * D);
      kernels.attentionBackward(dqkv, dk, dv, dout, probs, qkv, k, v, 0, ...sizes, 1, 0, 0, 0, 0, 1, 0);
      add(dqkv, 3 * B * T * D);
    }

    const [rows, width] = [6, 40];
    const n = rows * width;
    const [x, y, saved, scale] = [input(n), output(n), output(n), output(rows)];
    const [gain, shift, dgain, dshift] = [input(width), input(width), output(width), output(width)];
    kernels.layernormForward(y, saved, scale, x, 0, gain, shift, rows, width, 1e-5);
    add(y, n);
    kernels.layernormBackward(x, dgain, dshift, y, saved, scale, gain, rows, width, 0);
    add(x, n);
    add(dgain, width);
    kernels.geluForward(y, saved, x, n);
    add(y, n);
    add(saved, n);
    const hyper = output(10);
    engine.f32(hyper, 10).set([0.01, 0.9, 0.999, 1e-8, 0.1, 0.1, 0.03, 0.5, 0.1, 0.001]);
    kernels.adamUpdate(x, saved, output(n), y, n, hyper);
    add(x, n);
    return hash >>> 0;
  });
}
