import fc from "fast-check";
import { compile } from "../../../src/targets/expression/compile.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { mutatedTexts } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const corpus = [
  "sin(6*x) + abs(y) on x=-1:1,y=0:2",
  "(x < y ? exp(x) : log(y + 3)), x^2^y on x=0:1,y=1:2",
  "max(x, min(y, 2)) / sqrt(1 + x*x) - -pi on x=-2:2,y=-1e3:1e3",
  "x on x=0:1",
];
const words = [
  "(",
  ")",
  "((((",
  "-(",
  "^",
  "**",
  ",",
  "?",
  ":",
  "<",
  "x",
  "y",
  "sin(",
  "pow(",
  "1e308",
  "1e-320",
  "0/0",
  " on ",
  "x=0:1",
  "__proto__",
  "constructor",
  "this",
  "x.y",
  "x[0]",
  '"s"',
  "`",
  "=>",
  "=",
  "!",
  "&&",
  "0x10",
  "..",
  "\0",
  "é",
];
const chain = fc
  .record({
    piece: fc.constantFrom("x+", "-", "(", "x^", "sin(", "x<1?", "x,", "[", "x.", "1 ", "x*(", "!"),
    times: fc.nat(2100),
    tail: fc.constantFrom("x", "", "1", ")"),
  })
  .map(
    ({ piece, times, tail }) =>
      `${piece.repeat(times)}${tail}${piece.endsWith("(") ? ")".repeat(times) : ""} on x=0:1`,
  );
const leaf = fc.constantFrom("x", "y", "1", "-2", "0.5e1", "pi", "e", "1e300", "z");
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 8 },
    leaf,
    fc
      .tuple(tie("tree"), fc.constantFrom("+", "-", "*", "/", "^", "**", "<"), tie("tree"))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(fc.constantFrom("sin", "exp", "log", "sqrt", "abs", "tanh", "floor", "-", "f"), tie("tree"))
      .map(([f, a]) => `${f}(${a})`),
    fc
      .tuple(fc.constantFrom("min", "max", "pow", "sin"), tie("tree"), tie("tree"))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc
      .tuple(tie("tree"), tie("tree"), tie("tree"), tie("tree"))
      .map(([a, b, c, d]) => `(${a} < ${b} ? ${c} : ${d})`),
  ),
}));

export const expression: FuzzTarget = {
  name: "expression",
  prepare: () =>
    mutatedTexts(
      corpus,
      words,
      fc.oneof(
        tree.map((text) => `${text} on x=-1:1,y=1:2`),
        chain,
      ),
    ),
  run(bytes) {
    const text = new TextDecoder().decode(bytes);
    const [formula, domain = "x=0:1"] = text.split(" on ");
    const { value, pullback, outputs } = compile(formula, ["x", "y"]);
    const point = Float64Array.of(0.3, 1.5);
    value(point, new Float64Array(outputs));
    pullback(point, new Float64Array(outputs).fill(1), new Float64Array(2));
    // Its range is sought at 4096 points: one in sixteen is enough of that.
    if (bytes.length % 16 === 0) expressionTarget(formula, domain);
  },
};
