import test from "ava";
import fc from "fast-check";
import { parseConstraint } from "../../../src/sweep/space/constraint.js";
import { defineParameter, type ParameterSpec, type Parameters } from "../../../src/sweep/space/parameter.js";

const specs: Record<string, ParameterSpec> = {
  a: { type: "integer", low: -100, high: 100 },
  b: { type: "integer", low: -100, high: 100 },
  "model.width": { type: "integer", low: 1, high: 100 },
  text: ["x", "y", "a divides b"],
  flag: [true, false],
  mixed: [1, "1", true, null],
  toString: [1, 2],
};
const parameters = new Map(Object.entries(specs).map(([name, spec]) => [name, defineParameter(name, spec)]));
const parse = (text: string) => parseConstraint(text, parameters);
const holds = (text: string, values: Parameters) => parse(text).holds(values);

test("comparisons, arithmetic and connectives mean what they say, in the usual precedence", (t) => {
  const values = { a: 4, b: 12, "model.width": 6, text: "x", flag: true, mixed: null, toString: 2 };
  for (const text of [
    "a < b",
    "a <= 4 && 4 >= a",
    "a + b * 2 == 28",
    "(a + b) * 2 == 32",
    "b - a - 2 == 6",
    "b / a / 3 == 1",
    "-a + b == 8",
    "b % 5 == 2",
    "a divides b",
    "a divides b && b > 3",
    "b > 3 && a divides b",
    "a - 1 divides b",
    "a divides b + 4",
    "(a divides b) == flag",
    "!(b divides a)",
    "a divides model.width || 3 divides model.width",
    "a < 1 || a < 5 && b < 20",
    'text == "x"',
    "text != 'a divides b'",
    "flag",
    "!flag || a == 4",
    "flag == true",
    "mixed == null",
    "mixed != 1",
    "!(mixed < 5)",
    "toString == 2",
  ]) {
    t.true(holds(text, values), text);
  }
  for (const text of [
    "b divides a",
    "b > 3 && a divides 6",
    "0 divides b",
    "a divides b && b > 30",
    "mixed",
  ]) {
    t.false(holds(text, values), text);
  }
});

type Tree = number | "a" | "b" | { op: string; left: Tree; right: Tree };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.nat(20),
    fc.constantFrom<Tree>("a", "b"),
    fc.record({ op: fc.constantFrom("+", "-", "*", "/", "%"), left: tie("tree"), right: tie("tree") }),
  ),
}));
const compute: Record<string, (x: number, y: number) => number> = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  "%": (x, y) => x % y,
};
const rank = (node: Tree) => (typeof node !== "object" ? 3 : "*/%".includes(node.op) ? 2 : 1);
function write(node: Tree): string {
  if (typeof node !== "object") return String(node);
  const wrap = (child: Tree, least: number) => (rank(child) < least ? `(${write(child)})` : write(child));
  return `${wrap(node.left, rank(node))} ${node.op} ${wrap(node.right, rank(node) + 1)}`;
}
function value(node: Tree, at: { a: number; b: number }): number {
  if (typeof node === "number") return node;
  if (typeof node === "string") return at[node];
  return compute[node.op](value(node.left, at), value(node.right, at));
}

test("any arithmetic, written with as few parentheses as may be, is computed as it was meant", (t) => {
  const number = fc.integer({ min: -100, max: 100 });
  fc.assert(
    fc.property(tree, tree, number, number, (left, right, a, b) => {
      const text = `${write(left)} <= ${write(right)}`;
      fc.pre(text.length <= 500);
      const names = new Set(text.match(/[ab]/g));
      t.is(holds(text, { a, b }), value(left, { a, b }) <= value(right, { a, b }), `${text} ${[...names]}`);
    }),
    { numRuns: 500 },
  );
});

test("divides is divisibility of whole numbers", (t) => {
  const number = fc.integer({ min: -100, max: 100 });
  fc.assert(
    fc.property(number, number, (a, b) => {
      let found = false;
      for (let k = -100; k <= 100; k++) if (a !== 0 && k * a === b) found = true;
      t.is(holds("a divides b", { a, b }), found);
    }),
  );
});

test("it holds where it names a parameter that does not apply", (t) => {
  t.true(holds("a < b", { a: 5 }));
  t.true(holds("a < 1 || b < 2", { a: 5 }));
  t.false(holds("a < 1", { a: 5 }));
  // Not what objects inherit.
  t.true(holds("toString == 1", {}));
});

test("what could never mean anything is refused, rather than to hold always or never", (t) => {
  const refuses = (text: string, message: RegExp) => t.throws(() => parse(text), { code: "usage", message });
  refuses("a", /^space: constraint "a": it is a number: expected a condition/);
  refuses("a + 1", /it is a number/);
  refuses('"x"', /it is a text/);
  refuses("1 < a < 5", /< is between numbers, not of a truth/);
  refuses("a divides (b && flag)", /&& is between truths, not of a number/);
  refuses("a divides b divides 12", /divides is between numbers, not of a truth/);
  refuses("!a < 3", /! is between truths, not of a number/);
  refuses("text < 3", /< is between numbers, not of a text/);
  refuses('a == "4"', /== between a number and a text, which are never equal/);
  refuses("a == null", /== between a number and a null/);
  refuses("-text == 1", /- is between numbers/);
});

test("hostile texts are refused, and nothing is run", (t) => {
  const refuses = (text: string, message: RegExp) => t.throws(() => parse(text), { code: "usage", message });
  refuses("", /expected one condition/);
  refuses("a <", /expected expression after < at character/);
  refuses("a divides", /expected expression after divides at character/);
  refuses("c < 3", /"c" is no parameter \(known: a, b, model\.width/);
  refuses("__proto__ == 1", /"__proto__" is no parameter/);
  refuses("a.constructor == 1", /"a\.constructor" is no parameter/);
  refuses("model.constructor.prototype == 1", /is no parameter/);
  refuses('a["constructor"] == 1', /a name is expected before a dot/);
  refuses("model?.width == 1", /a name is expected before a dot/);
  refuses('"x".length == 1', /a name is expected before a dot/);
  refuses("constructor == 1", /"constructor" is no parameter/);
  refuses("process.exit(1)", /expected one condition/);
  refuses("a(1) == 1", /expected one condition/);
  refuses("this == 1", /expected one condition/);
  refuses("[a] == 1", /expected one condition/);
  refuses("a < 1, b < 2", /expected one condition/);
  refuses("a < 1; b < 2", /expected one condition/);
  refuses("flag ? a < 1 : b < 1", /expected one condition/);
  refuses("a = 1", /./);
  refuses("a >>> 1 == 0", /unknown operator ">>>"/);
  refuses("a << 1 == 0", /unknown operator "<<"/);
  refuses("a ** 2 == 4", /unknown operator "\*\*"/);
  refuses("flag ?? a", /unknown operator "\?\?"/);
  refuses("~a == 1", /unknown operator "~"/);
  refuses("`a` == 1", /./);
  refuses("/a/ == 1", /./);
  refuses(`${"(".repeat(60)}a${")".repeat(60)} < 1`, /nested more than 50 deep/);
  refuses(`${"!".repeat(400)}flag`, /nested more than 50 deep/);
  refuses(`a < ${"1".repeat(500)}`, /504 characters, at most 500 are allowed/);
  t.true(holds(`a < ${"1+".repeat(240)}1`, { a: 240 }));
});

test("any text is either read or refused with an error of usage", (t) => {
  const words = fc.constantFrom(
    "a",
    "b",
    "divides",
    "&&",
    "<",
    "==",
    "(",
    ")",
    '"',
    "'",
    "!",
    "-",
    "1",
    ".",
    "\\",
    ">>>",
    "null",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((list) => list.join(" ")),
      ),
      (text) => {
        try {
          t.is(typeof holds(text, { a: 1, b: 2 }), "boolean");
        } catch (error) {
          t.is((error as { code?: string }).code, "usage", String(error));
        }
      },
    ),
    { numRuns: 2000 },
  );
});
