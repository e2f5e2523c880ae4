import test from "ava";
import { PlateauError, quote } from "../src/errors.js";

test("whatever a value is, it is quoted in a few words", (t) => {
  const circular: unknown[] = [];
  circular.push(circular);
  let deep: unknown = 0;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  t.is(quote("a"), '"a"');
  t.is(quote(Number.NaN), "NaN");
  t.is(
    quote([
      [0, Infinity],
      [-Infinity, NaN],
    ]),
    "[[0,Infinity],[-Infinity,NaN]]",
  );
  t.is(quote(["NaN", null]), '["NaN",null]');
  t.is(quote(undefined), "undefined");
  t.is(quote(12n), "12n");
  t.is(quote(circular), "an array");
  t.is(quote(deep), "an array");
  t.is(quote({ big: 1n }), "an object");
  t.is(quote("x".repeat(100)).length, 78);
});

test("messages end, however much of a file they quote", (t) => {
  t.is(new PlateauError("format", "short").message, "short");
  const { message } = new PlateauError("format", "x".repeat(1e6));
  t.is(message.length, 4000);
  t.true(message.endsWith("x…"));
});
