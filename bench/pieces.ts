// How the time of finding optimal constant pieces grows with the number of samples, in seconds of one core:
//   node dist/bench/pieces.js [--most 65536]
// The pieces needed stay the same along each row, so an exhaustive dynamic programme would grow as N².
// Then the longest and the mean time of finding continuous linear ones, over 80 errors, in ms.

import { leastConstantPieces } from "../src/analysis/pieces/pieces-constant.js";
import { leastLinearPieces } from "../src/analysis/pieces/pieces-linear.js";
import { streamKey } from "../src/random/keys.js";
import { uniform64 } from "../src/random/uniform.js";
import { scriptOptions } from "../test/support/script-options.js";

const { values } = scriptOptions(import.meta.url, {
  options: { most: { type: "string", default: "65536" } },
});
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

const sum = (count: number, term: (j: number) => number) =>
  Array.from({ length: count }, (_, j) => term(j)).reduce((all, one) => all + one, 0);
const shapes: Record<string, (x: number) => number> = {
  sine: (x) => Math.sin(6 * Math.PI * x),
  staircase: (x) => Math.floor(10 * x) / 10,
  "cube root": (x) => Math.cbrt(2 * x - 1),
  "staircase and sine": (x) => Math.floor(7 * x) / 7 + 0.1 * Math.sin(40 * x),
  "7 soft steps": (x) => sum(7, (j) => Math.tanh(300 * (x - (j + 1) / 8))),
  "22 soft steps": (x) => sum(22, (j) => Math.tanh(1000 * (x - (j + 1) / 23.3))),
  chirp: (x) => Math.sin(100 * x * x),
  "slope and jump": (x) => x + (x > 0.5003 ? 1 : 0),
  Weierstrass: (x) => sum(8, (j) => 0.6 ** j * Math.cos(3 ** j * Math.PI * x)),
};
const knots = Array.from({ length: 129 }, (_, j) => 16 * j);
for (const [name, at] of Object.entries(shapes)) {
  const y = Float64Array.from({ length: 2048 }, (_, i) => at((i + 0.5) / 2048));
  const times = Array.from({ length: 80 }, (_, i) => {
    const start = process.cpuUsage();
    leastLinearPieces(y, 2048 * 10 ** (-1 - 0.1 * i), knots, 64);
    return process.cpuUsage(start).user / 1000;
  });
  const mean = sum(80, (i) => times[i]) / 80;
  console.log(`linear pieces, ${name}: longest ${Math.max(...times).toFixed(0)}, mean ${mean.toFixed(1)}`);
}
