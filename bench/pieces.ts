// How the time of finding optimal constant pieces grows with the number of samples, in seconds of one core:
//   node dist/bench/pieces.js [--most 65536]
// The pieces needed stay the same along each row, so an exhaustive dynamic programme would grow as N².
import { parseArgs } from "node:util";
import { leastConstantPieces } from "../src/analysis/pieces-constant.js";
import { streamKey } from "../src/random/keys.js";
import { uniform64 } from "../src/random/uniform.js";

const { values } = parseArgs({ options: { most: { type: "string", default: "65536" } } });
const most = Number(values.most);
const noise = uniform64(streamKey(0, "bench/pieces"), 0, most);
const signals: Record<string, { error: number; at: (x: number, i: number) => number }> = {
  line: { error: 0.01, at: (x) => x },
  "three sine waves": { error: 0.03, at: (x) => Math.sin(6 * Math.PI * x) },
  "and noise": { error: 0.1, at: (x, i) => Math.sin(6 * Math.PI * x) + 0.3 * (noise[i] - 0.5) },
};
for (const [name, { error, at }] of Object.entries(signals)) {
  let first = 0;
  for (let N = 2048; N <= most; N *= 2) {
    const y = Float64Array.from({ length: N }, (_, i) => at((i + 0.5) / N, i));
    const start = process.cpuUsage();
    let runs = 0;
    let seconds = 0;
    let pieces = 0;
    do {
      pieces = (await leastConstantPieces(y, N * error * error))!.pieces;
      const { user, system } = process.cpuUsage(start);
      seconds = (user + system) / 1e6;
      runs++;
    } while (seconds < 0.5);
    seconds /= runs;
    first ||= seconds;
    const growth =
      N > 2048 ? `, N^${(Math.log2(seconds / first) / Math.log2(N / 2048)).toFixed(2)} so far` : "";
    console.log(`${name}, N = ${N}: ${pieces} pieces in ${seconds.toPrecision(2)} s${growth}`);
  }
}
