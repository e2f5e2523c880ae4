import type { Engine } from "../src/runtime/engine.js";
import { gemmTile } from "../src/runtime/tile.js";

/** Turns of the yardstick in one call: some 30 µs. */
const TURNS = 20_000;

/** A loop of nothing but multiplications and additions, in registers: as many of either, or fused. */
export function multiplyAdds(engine: Engine): { call: () => void; flops: number } {
  const { maddLoop, maddLoopWide } = engine.kernels;
  const [loop, floats] = gemmTile() > 2 ? [maddLoopWide, 96] : [maddLoop, 48];
  const registers = engine.allocate(4 * (floats + 2));
  engine.f32(registers, floats + 2).fill(1);
  const operations = engine.build === "relaxed" ? 2 * floats : floats;
  return { call: () => loop(registers, TURNS), flops: operations * TURNS };
}

/** A copy that reads and writes as many bytes in all as a kernel: from the same caches, that is. */
export function copying(engine: Engine, bytes: number): { call: () => void; bytes: number } {
  const floats = Math.max(4, Math.ceil(bytes / 8));
  const [to, from] = [engine.allocate(4 * floats), engine.allocate(4 * floats)];
  const { copyFloats } = engine.kernels;
  return { call: () => copyFloats(to, from, floats), bytes: 8 * floats };
}
