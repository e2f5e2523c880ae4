import type { Engine } from "../src/runtime/engine.js";

/** Turns of the yardstick in one call: some 50 µs. */
const TURNS = 20_000;
const OPERATIONS_A_TURN = 96;

/** A loop of nothing but multiplications and additions, in registers. */
export function multiplyAdds(engine: Engine): { call: () => void; flops: number } {
  const registers = engine.allocate(49 * 4);
  engine.f32(registers, 49).fill(0.5);
  const { maddLoop } = engine.kernels;
  return { call: () => maddLoop(registers, TURNS), flops: OPERATIONS_A_TURN * TURNS };
}

/** A copy that reads and writes as many bytes in all as a kernel: from the same caches, that is. */
export function copying(engine: Engine, bytes: number): { call: () => void; bytes: number } {
  const floats = Math.max(4, Math.ceil(bytes / 8));
  const [to, from] = [engine.allocate(4 * floats), engine.allocate(4 * floats)];
  const { copyFloats } = engine.kernels;
  return { call: () => copyFloats(to, from, floats), bytes: 8 * floats };
}
