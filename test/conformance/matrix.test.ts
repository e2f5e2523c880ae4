import test from "ava";
import { given } from "../support/given.js";
import { describe, differences, outcomes } from "./matrix.js";
import { type Runtime, runtimes, SECONDS } from "./runtimes.js";
import { stored } from "./stored.js";

for (const { name, absent, run } of runtimes) {
  given(!absent, absent ?? "").serial(`${name} finds the stored hashes`, async (t) => {
    t.timeout(1000 * (SECONDS + 30));
    const found = await run();
    t.deepEqual(differences(found, stored()), []);
    t.true(Object.values(found).filter((one) => "is" in one).length >= 10);
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
  t.deepEqual(differences({ data: { is: hash("a") }, more: { is: "1" } }, known), ["threads", "more"]);
  const text = describe(all, known);
  t.regex(text, /│ data +│ a{8} │ ≠ b{8} │ +–¹ │ +failed² │/);
  t.regex(text, /│ threads +│ +–³ │ +2 held │ +–¹ │ +failed² │/);
  t.true(text.endsWith("¹ not here\n² out of luck\n³ has none"), text);
});
