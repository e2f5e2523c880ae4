import test from "ava";
import { random } from "../../../src/sweep/samplers/random.js";
import { Space, type SpaceInput } from "../../../src/sweep/space/space.js";

const sampler = (input: SpaceInput, seed = 1) =>
  random.create({ space: new Space(input), seed, direction: "minimize", options: {} });

/** sup |F_n − F| · √n; above 1.95 with probability 0.001. */
function kolmogorov(values: number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const gaps = sorted.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n));
  return Math.sqrt(n) * Math.max(...gaps);
}

/** Σ (observed − expected)² / expected. */
function chiSquare(observed: number[], shares: number[]): number {
  const n = observed.reduce((a, b) => a + b);
  return observed.reduce((sum, count, i) => sum + (count - n * shares[i]) ** 2 / (n * shares[i]), 0);
}

const N = 4000;

test("every kind of parameter has its distribution", (t) => {
  const { suggest } = sampler({
    parameters: {
      x: { type: "uniform", low: -1, high: 3 },
      rate: { type: "log-uniform", low: 1e-4, high: 1 },
      k: { type: "integer", low: 2, high: 11 },
      stepped: { type: "integer", low: 0, high: 20, step: 5 },
      logged: { type: "integer", low: 1, high: 8, log: true },
      c: ["a", "b", "c"],
    },
  });
  const trials = Array.from({ length: N }, (_, n) => suggest(n, [])!);
  const numbers = (name: string) => trials.map((one) => Number(one[name]));
  t.true(kolmogorov(numbers("x"), (x) => (x + 1) / 4) < 1.95);
  t.true(kolmogorov(numbers("rate"), (x) => (Math.log10(x) + 4) / 4) < 1.95);
  const counts = (name: string, values: unknown[]) =>
    values.map((value) => trials.filter((one) => one[name] === value).length);
  const even = (n: number) => Array.from({ length: n }, () => 1 / n);
  // Quantiles of χ² at 0.999: 27.9 for 9 degrees of freedom, 18.5 for 4, 13.8 for 2, 24.3 for 7.
  t.true(chiSquare(counts("k", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), even(10)) < 27.9);
  t.true(chiSquare(counts("stepped", [0, 5, 10, 15, 20]), even(5)) < 18.5);
  t.true(chiSquare(counts("c", ["a", "b", "c"]), even(3)) < 13.8);
  const ks = [1, 2, 3, 4, 5, 6, 7, 8];
  const shares = ks.map((k) => Math.log((k + 0.5) / (k - 0.5)) / Math.log(8.5 / 0.5));
  t.true(chiSquare(counts("logged", ks), shares) < 24.3);
});

test("parameters, trials and seeds are independent", (t) => {
  const input: SpaceInput = {
    parameters: { x: { type: "uniform", low: 0, high: 1 }, y: { type: "uniform", low: 0, high: 1 } },
  };
  const trials = (seed: number) =>
    Array.from({ length: N }, (_, n) => sampler(input, seed).suggest(n, []) as { x: number; y: number });
  const correlation = (a: number[], b: number[]) =>
    (12 * a.reduce((sum, u, i) => sum + (u - 0.5) * (b[i] - 0.5), 0)) / a.length;
  const [one, two] = [trials(1), trials(2)];
  const x = one.map((p) => p.x);
  // Standard deviation 1/√N: four of them.
  const bound = 4 / Math.sqrt(N);
  t.true(
    Math.abs(
      correlation(
        x,
        one.map((p) => p.y),
      ),
    ) < bound,
  );
  t.true(
    Math.abs(
      correlation(
        x,
        two.map((p) => p.x),
      ),
    ) < bound,
  );
  t.true(Math.abs(correlation(x.slice(1), x.slice(0, -1))) < bound);
  t.is(new Set([...one, ...two].flatMap(({ x, y }) => [x, y])).size, 4 * N);
});

test("constraints reject, and leave what remains as likely as it was", (t) => {
  const { suggest } = sampler({
    parameters: { a: { type: "integer", low: 1, high: 4 }, b: { type: "integer", low: 1, high: 4 } },
    constraints: ["a divides b"],
  });
  const cells = new Map<string, number>();
  for (let n = 0; n < N; n++) {
    const key = JSON.stringify(suggest(n, []));
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  // 1|1 1|2 1|3 1|4 2|2 2|4 3|3 4|4
  t.is(cells.size, 8);
  t.true(
    chiSquare(
      [...cells.values()],
      Array.from({ length: 8 }, () => 1 / 8),
    ) < 24.3,
  );
});

test("a parameter added at the end leaves the others' draws alone", (t) => {
  const x = { type: "uniform", low: 0, high: 1 } as const;
  const before = sampler({ parameters: { x } });
  const after = sampler({ parameters: { x, y: x } });
  for (const n of [0, 1, 2, 1e9]) t.is(before.suggest(n, [])!["x"], after.suggest(n, [])!["x"]);
});

test("known answers: a seed means the same trials for ever", (t) => {
  const { suggest } = sampler(
    { parameters: { x: { type: "uniform", low: 0, high: 1 }, c: ["a", "b", "c"] } },
    42,
  );
  t.deepEqual(
    [0, 1, 1e6, 2 ** 40].map((n) => suggest(n, [])),
    [
      { x: 0.39872343512876607, c: "c" },
      { x: 0.6179764716076243, c: "a" },
      { x: 0.5596217999756122, c: "c" },
      { x: 0.2155044301863982, c: "b" },
    ],
  );
});
