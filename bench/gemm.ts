import { Engine } from "../src/runtime/engine.js";
import { benchSizes, gemmCase, gemms } from "../test/kernels/gemm.js";
import { place, testSource } from "../test/kernels/run.js";
import type { Suite } from "./suite.js";
import { compare } from "./time.js";

/** Turns of the yardstick in one call: some 50 µs. */
const TURNS = 20_000;
const OPERATIONS_A_TURN = 96;

/**
 * Products at the sizes of this project, M × N × K, and their share of what the same engine reaches on the same
 * core, in the same minute, with multiply-adds alone. `gflops` and `share` are those of the slowest transpose.
 */
export const suite: Suite = {
  name: "gemm",
  *cases() {
    for (const sizes of benchSizes) {
      const { M, N, K } = sizes;
      yield {
        name: `gemm:${M}x${N}x${K}`,
        run({ build, seconds }) {
          const engine = new Engine({ build });
          const registers = engine.allocate(49 * 4);
          engine.f32(registers, 49).fill(0.5);
          const calls = gemms.map(
            (kernel) => place(engine, kernel, gemmCase(kernel, sizes, testSource())).call,
          );
          const [limit, ...times] = compare(
            [() => engine.kernels.maddLoop(registers, TURNS), ...calls],
            seconds,
          );
          const peak = (OPERATIONS_A_TURN * TURNS) / limit / 1e9;
          const rates = times.map((time) => (2 * M * N * K) / time / 1e9);
          const slowest = Math.min(...rates);
          return {
            gflops: slowest,
            share: slowest / peak,
            ...Object.fromEntries(gemms.map((kernel, i) => [kernel.slice(4), rates[i] / peak])),
            limit: peak,
          };
        },
      };
    }
  },
};
