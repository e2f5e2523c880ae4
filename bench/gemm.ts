import { Engine } from "../src/runtime/engine.js";
import { benchSizes, gemmCase, gemms } from "../test/kernels/gemm.js";
import { place, testSource } from "../test/kernels/run.js";
import { multiplyAdds } from "./limits.js";
import { digits, median, scaled } from "./statistics.js";
import type { Suite } from "./suite.js";
import { compare } from "./time.js";

/**
 * Products at the sizes of this project, M × N × K, and their share of what the same engine reaches on the same
 * core, in the same minute, with multiply-adds alone. `us`, `gflops` and `share` are those of the slowest transpose.
 */
export const suite: Suite = {
  name: "gemm",
  *cases() {
    for (const sizes of benchSizes) {
      const { M, N, K } = sizes;
      const flops = 2 * M * N * K;
      yield {
        name: `gemm:${M}x${N}x${K}`,
        run({ build, seconds }) {
          const engine = new Engine({ build });
          const limit = multiplyAdds(engine);
          const calls = gemms.map(
            (kernel) => place(engine, kernel, gemmCase(kernel, sizes, testSource())).call,
          );
          const [bare, ...times] = compare([limit.call, ...calls], seconds);
          const shares = times.map(({ rounds }) =>
            median(rounds.map((time, i) => flops / time / (limit.flops / bare.rounds[i]))),
          );
          const slowest = times.reduce((a, b) => (b.median > a.median ? b : a));
          return {
            us: scaled(slowest, 1e6),
            gflops: digits(flops / slowest.median / 1e9),
            share: digits(Math.min(...shares)),
            ...Object.fromEntries(gemms.map((kernel, i) => [kernel.slice(4), digits(shares[i])])),
            limit: digits(limit.flops / bare.median / 1e9),
          };
        },
      };
    }
  },
};
