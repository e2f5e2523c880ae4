import { Engine } from "../src/runtime/engine.js";
import { registry } from "../test/kernels/registry.js";
import { place, testSource } from "../test/kernels/run.js";
import { arithmetic } from "./arithmetic.js";
import { copying, multiplyAdds } from "./limits.js";
import { digits, median, scaled } from "./statistics.js";
import type { BenchCase, Suite } from "./suite.js";
import { compare } from "./time.js";

/**
 * Every kernel that names sizes to time in `test/kernels`: microseconds a call; GFLOP/s, GB/s, and which share
 * that is of what the same engine reaches in the same minute: of multiply-adds in registers (`flopShare`), of a
 * copy of as many bytes (`byteShare`). `share` is the larger: how near it is to what limits it. `intensity` is
 * operations a byte of its buffers, each counted once.
 */
export const suite: Suite = {
  name: "kernel",
  *cases(): Iterable<BenchCase> {
    for (const spec of registry) {
      for (const { sizes, flops: known, bytes: traffic } of spec.bench) {
        const shape = Object.entries(sizes).map(([letter, size]) => `${letter}${size}`);
        yield {
          name: ["kernel", spec.kernel, ...(spec.variant ? [spec.variant] : []), shape.join(",")].join(":"),
          run({ build, seconds }) {
            const engine = new Engine({ build });
            const made = spec.make(sizes, testSource());
            const used = made.args.filter((arg) => typeof arg === "string").map((name) => made.buffers[name]);
            const bytes = traffic ?? used.reduce((sum, { byteLength }) => sum + byteLength, 0);
            const flops = known ?? arithmetic(spec.kernel, sizes);
            const { call } = place(engine, spec.kernel, made);
            const adds = multiplyAdds(engine);
            const copy = copying(engine, bytes);
            const [time, bare, copied] = compare([call, adds.call, copy.call], seconds);
            const share = (amount: number, limit: number, of: readonly number[]) =>
              digits(median(time.rounds.map((seconds, i) => amount / seconds / (limit / of[i]))));
            const flopShare = flops === undefined ? 0 : share(flops, adds.flops, bare.rounds);
            const byteShare = share(bytes, copy.bytes, copied.rounds);
            return {
              us: scaled(time, 1e6),
              ...(flops === undefined
                ? {}
                : { gflops: digits(flops / time.median / 1e9), intensity: digits(flops / bytes), flopShare }),
              gbps: digits(bytes / time.median / 1e9),
              byteShare,
              share: Math.max(flopShare, byteShare),
            };
          },
        };
      }
    }
  },
};
