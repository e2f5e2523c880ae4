import { type KernelSpec, lengths, specialValues } from "./spec.js";

export const specs: KernelSpec[] = [
  {
    kernel: "add",
    sizes: lengths,
    make({ n }, source) {
      const a = source(n);
      const b = source(n);
      return {
        buffers: { y: new Float32Array(n), a, b },
        args: ["y", "a", "b", n],
        expected: { y: a.map((value, i) => value + b[i]) },
      };
    },
    tolerance: 0,
    inPlace: [
      ["y", "a"],
      ["y", "b"],
    ],
    specials: () =>
      [...specialValues].map((value) => {
        const b = new Float32Array(specialValues.length).fill(value);
        return {
          buffers: { y: new Float32Array(b.length), a: specialValues, b },
          args: ["y", "a", "b", b.length],
          expected: { y: specialValues.map((a, i) => a + b[i]) },
        };
      }),
    bench: [{ sizes: { n: 16384 }, bytes: 3 * 16384 * 4 }],
  },
];
