import test from "ava";
import { fitted } from "../../src/cli/progress.js";

test("a line leaves the last column free, and is 80 wide where the terminal does not know", (t) => {
  const text = "x".repeat(100);
  t.is(fitted(text, 20), "x".repeat(19));
  t.is(fitted(text, 0), "x".repeat(79));
  t.is(fitted(text, undefined), "x".repeat(79));
  t.is(fitted("short", 0), "short");
  t.is(fitted("ab😀cd", 4), "ab😀");
});
