import test from "ava";
import { PlateauError } from "../../../../src/errors.js";
import { pointwise } from "../../../../src/targets/function.js";
import { buildYun } from "../../../../src/theory/constructions/yun/build.js";
import { finest, numbersOf, requireFit, yunConfig } from "../../../../src/theory/constructions/yun/grid.js";

const cube = (sides: number) => [new Array<number>(sides).fill(0), new Array<number>(sides).fill(1)] as const;

const refusal = (t: { throws: (f: () => unknown, e: object) => Error | undefined }, f: () => unknown) =>
  t.throws(f, { instanceOf: PlateauError }) as PlateauError | undefined;

test("grids that do not fit are refused, saying how many contexts and bytes, and which δ would fit", (t) => {
  const shape = { dim: 1, inputTokens: 4, positions: true };
  const error = refusal(t, () => requireFit({ ...shape, cells: 1000 }))!;
  t.is(error.code, "memory");
  t.regex(error.message, /1\.0e\+12 contexts of 4 tokens take 8\.0e\+13 bytes/);
  const best = finest(shape as never);
  t.true(error.message.endsWith(`δ = 1/${best} would fit`));
  t.notThrows(() => requireFit({ ...shape, cells: best }));
  const next = refusal(t, () => requireFit({ ...shape, cells: best + 1 }))!;
  t.regex(next.message, /float64 counts exactly to 9007199254740992/);
  // The finest grid of float32 holds no number beyond 2^24, and the next one does.
  const small = finest({ dim: 1, inputTokens: 2, positions: true, cells: 1 }, "float32");
  const at = (cells: number) => numbersOf({ dim: 1, inputTokens: 2, positions: true, cells }).largest;
  t.true(at(small) <= 2 ** 24 && at(small + 1) > 2 ** 24);
  t.regex(
    refusal(t, () => requireFit({ dim: 9, inputTokens: 30, positions: true, cells: 1 }))!.message,
    /no δ fits/,
  );
});

test("targets that do not suit are refused with the point where they do not", (t) => {
  const shape = { dim: 1, inputTokens: 2, outputTokens: 1, cells: 4 };
  const pole = pointwise({ name: "1/(x − y)", inputs: 2, value: ([x, y]) => 1 / (x - y) });
  t.regex(refusal(t, () => buildYun(pole, shape, ...cube(2)))!.message, /is Infinity at \(0, 0\)/);
  const ordered = pointwise({ name: "weighted", inputs: 2, value: ([x, y]) => x + 2 * y });
  t.regex(
    refusal(t, () => buildYun(ordered, { ...shape, positions: false }, ...cube(2)))!.message,
    /depends on the order of its tokens, at \(0.25, 0\)/,
  );
  t.regex(
    refusal(t, () => buildYun(ordered, { ...shape, positions: false }, [0, 0], [1, 2]))!.message,
    /all tokens have the same box/,
  );
  t.throws(() => yunConfig({ ...shape, outputTokens: 3 }), { message: /3 output tokens of 2 input tokens/ });
  t.throws(() => yunConfig({ ...shape, kind: "softmax" }), { message: /lambda/ });
});
