import test from "ava";
import { describe, differences, outcomes } from "./matrix.js";
import { type Runtime, runtimes, SECONDS } from "./runtimes.js";
import { stored } from "./stored.js";

for (const { name, absent, run } of runtimes) {
  test.serial(`${name} finds the stored hashes${absent ? ": SKIPPED" : ""}`, async (t) => {
    t.timeout(1000 * (SECONDS + 30));
    if (absent) {
      console.warn(`conformance of ${name}: ${absent}`);
      t.log(absent);
      return t.pass();
    }
    const found = await run();
    t.deepEqual(differences(found, stored()), []);
    t.true(Object.keys(found).length >= 10);
  });
}

test("the matrix tells what differs, failed or was not tried, and why", async (t) => {
  const hash = (digit: string) => digit.repeat(64);
  const made: Runtime[] = [
    { name: "good", run: async () => ({ data: { is: hash("a") }, threads: { not: "has none" } }) },
    { name: "bad", run: async () => ({ data: { is: hash("b") }, threads: { is: "2 held" } }) },
    { name: "away", absent: "not here", run: () => Promise.reject(new Error("was tried")) },
    { name: "broken", run: () => Promise.reject(new Error("out of luck")) },
  ];
  const known = { data: hash("a"), threads: "2 held" };
  const all = await outcomes(made, known);
  t.deepEqual(
    all.map(({ ok }) => ok),
    [true, false, true, false],
  );
  const text = describe(all, known);
  t.regex(text, /│ data +│ a{8} │ ≠ b{8} │ +–² │ +failed³ │/);
  t.regex(text, /│ threads +│ +–¹ │ +2 held │ +–² │ +failed³ │/);
  t.true(text.endsWith("¹ has none\n² not here\n³ out of luck"), text);
});
