import { Engine } from "../src/runtime/engine.js";
import { registry } from "../test/kernels/registry.js";
import { place, testSource } from "../test/kernels/run.js";
import type { BenchCase, Suite } from "./suite.js";
import { compare } from "./time.js";

/** Every kernel that names sizes to time in `test/kernels`: GFLOP/s, or GB/s, and microseconds a call. */
export const suite: Suite = {
  name: "kernel",
  *cases(): Iterable<BenchCase> {
    for (const spec of registry) {
      for (const { sizes, flops, bytes } of spec.bench) {
        const shape = Object.entries(sizes).map(([letter, size]) => `${letter}${size}`);
        yield {
          name: ["kernel", spec.kernel, ...(spec.variant ? [spec.variant] : []), shape.join(",")].join(":"),
          run({ build, seconds }) {
            const engine = new Engine({ build });
            const { call } = place(engine, spec.kernel, spec.make(sizes, testSource()));
            const [time] = compare([call], seconds, 1);
            return {
              us: time * 1e6,
              ...(flops === undefined ? {} : { gflops: flops / time / 1e9 }),
              ...(bytes === undefined ? {} : { gbps: bytes / time / 1e9 }),
            };
          },
        };
      }
    }
  },
};
