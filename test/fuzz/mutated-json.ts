import fc, { type Arbitrary } from "fast-check";
import { anyShare } from "./mutations.js";

/** What stands where something else was expected. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, 1, -1, 0.5, 2, 1e308, -1e308, 2 ** 31, 2 ** 53, "", "x", "NaN", [], {}, [[]]],
    ...[
      [null],
      { name: "x" },
      "__proto__",
      "../../../x",
      "/etc/passwd",
      "\ud800",
      "</script>",
      "x".repeat(3000),
    ],
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
);

type Change = (holder: Record<string, unknown>, key: string, value: unknown) => void;

/** Another each time: later changes may be of its inside. */
const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");

const replace = odd.map(
  (put): Change =>
    (holder, key) =>
      void (holder[key] = copy(put)),
);
const remove = fc.constant<Change>((holder, key, value) => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (value !== undefined) delete holder[key];
});
const empty = fc.constant<Change>((holder, key, value) => {
  if (typeof value === "object") holder[key] = Array.isArray(value) ? [] : {};
  else if (typeof value === "string") holder[key] = "";
  else holder[key] = 0;
});
const repeat = fc.integer({ min: 1, max: 300 }).map(
  (times): Change =>
    (holder, key, value) => {
      if (Array.isArray(value))
        holder[key] = Array.from({ length: times * value.length }, (_, i) => value[i % value.length]);
      else if (typeof value === "string") holder[key] = value.repeat(times);
      else if (typeof value === "number") holder[key] = value * times;
    },
);
const negate = fc.constant<Change>((holder, key, value) => {
  if (typeof value === "number") holder[key] = -value;
  else if (typeof value === "boolean") holder[key] = !value;
  else if (typeof value === "string") holder[key] = [value];
});
const rename = fc.constantFrom("__proto__", "constructor", "toString", "name", "other", "").map(
  (name): Change =>
    (holder, key, value) => {
      if (Array.isArray(holder)) return;
      delete holder[key];
      Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
    },
);
const add = fc.tuple(fc.constantFrom("__proto__", "constructor", "extra", "length"), odd).map(
  ([name, put]): Change =>
    (holder) => {
      if (Array.isArray(holder)) holder.push(copy(put));
      else
        Object.defineProperty(holder, name, {
          value: copy(put),
          enumerable: true,
          configurable: true,
          writable: true,
        });
    },
);
const change = fc.oneof(
  { weight: 6, arbitrary: replace },
  { weight: 3, arbitrary: remove },
  ...[empty, repeat, negate, rename, add].map((arbitrary) => ({ weight: 1, arbitrary })),
);
/** Where: from level to level one of what is there, so many levels down or as far as they go. */
const path = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.array(anyShare, { minLength: 9, maxLength: 9 }))
  .map(([depth, steps]) => steps.slice(0, depth));

/**
 * What is JSON as before, and not what it was: up to three of its parts, at any level, are others, gone, emptied, of
 * another name or many times as long. The text of it.
 * @param values of which one is taken
 */
export function mutatedJson(...values: readonly unknown[]): Arbitrary<string> {
  const corpus = values.map((value) => JSON.stringify(value));
  return fc
    .record({
      base: fc.nat(corpus.length - 1),
      changes: fc.array(fc.tuple(path, change), { minLength: 1, maxLength: 3 }),
    })
    .map(({ base, changes }) => {
      const whole = { root: JSON.parse(corpus[base]) as unknown };
      for (const [steps, make] of changes) {
        let holder = whole as Record<string, unknown>;
        let key = "root";
        for (const step of steps) {
          const next = holder[key];
          if (typeof next !== "object" || next === null) break;
          const keys = Object.keys(next);
          if (keys.length === 0) break;
          holder = next as Record<string, unknown>;
          key = keys[Math.floor(step * keys.length)];
        }
        make(holder, key, holder[key]);
      }
      return JSON.stringify(whole.root) ?? "null";
    });
}
