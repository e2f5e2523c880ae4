import { sharedEngine } from "../runtime/engine.js";
import type { StreamKey } from "./keys.js";

const BLOCK = 1 << 14;

/**
 * Elements start … start+count−1 of a stream of float64 numbers, uniform on [0, 1): 53 bits each, element
 * i from words 2i and 2i+1 of the counters (⌊i/2⌋ mod 2³², `stream`, ⌊i/2³³⌋, 1), so any part of it can
 * be drawn alone.
 */
export function uniform64(
  { key0, key1 }: StreamKey,
  start: number,
  count: number,
  stream = 0,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(count);
  sharedEngine().scoped((engine) => {
    const words = engine.allocate(8 * Math.min(BLOCK, count + 1));
    let done = 0;
    while (done < count) {
      const element = start + done;
      const counter = Math.floor(element / 2);
      const skip = element - 2 * counter;
      const low = counter % 2 ** 32;
      // A block ends where the counter's low word does.
      const n = Math.min(count - done, BLOCK - skip, 2 * (2 ** 32 - low) - skip);
      engine.kernels.philoxFill(
        words,
        2 * (n + skip),
        key0,
        key1,
        stream,
        Math.floor(counter / 2 ** 32),
        1,
        low,
      );
      const drawn = engine.u32(words, 2 * (n + skip));
      for (let i = 0; i < n; i++) {
        const at = 2 * (i + skip);
        out[done + i] = ((drawn[at] >>> 5) * 67108864 + (drawn[at + 1] >>> 6)) / 9007199254740992;
      }
      done += n;
    }
  });
  return out;
}
