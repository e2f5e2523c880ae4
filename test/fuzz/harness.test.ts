import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { campaign } from "./campaign.js";
import { BATCH } from "./loop.js";
import { targets } from "./made-up.js";

const registry = new URL("./made-up.js", import.meta.url).href;

/** What is said of each, and whether its input is made as small as it gets: not where its process was lost. */
const expected: Readonly<Record<string, readonly [says: RegExp, small: boolean]>> = {
  "adds-to-objects": [/what all code shares was changed: Object\.prototype: polluted is new$/, true],
  "replaces-a-function": [/RegExp\.prototype: exec is another$/, true],
  "changes-an-attribute": [/Map\.prototype: get is another$/, true],
  "removes-a-function": [/Promise\.prototype: finally is gone$/, true],
  "replaces-a-getter": [/%TypedArray%\.prototype: length is another$/, true],
  "adds-a-global": [/globalThis: polluted is new$/, true],
  "replaces-a-static": [/JSON: parse is another$/, true],
  "changes-a-prototype": [/Error\.prototype: its prototype is another$/, true],
  // It cannot be opened again: of which case it was is not known.
  "closes-a-prototype": [/Set\.prototype: it was closed$/, false],
  "writes-beside": [/would have written outside of its folder: .*one\/two\/three\/new/, true],
  "writes-far-away": [/would have written outside of its folder: .*\/plateau-fuzz-must-not-exist/, true],
  "creates-beside": [/files outside of its folder: one\/two\/three\/new was created$/, true],
  "creates-at-home": [/home\/\.cache was created$/, true],
  "creates-temporarily": [/temporary\/new was created$/, true],
  "changes-above": [/: one\/run\.json was changed$/, true],
  "changes-a-mode": [/current\/weights\.safetensors was changed$/, true],
  "changes-and-hides-it": [/current\/run\.json was changed$/, true],
  "moves-in-the-working-directory": [/moved\.json was created, current\/result\.json was removed$/, true],
  "removes-fixtures": [/fixtures\/fixture was removed$/, true],
  "throws-a-type-error": [/no refusal, but a defect: TypeError/, true],
  "throws-a-text": [/no refusal, but a defect: text/, true],
  "throws-nothing": [/no refusal, but a defect: undefined/, true],
  "calls-itself-a-defect": [/no refusal, but a defect: PlateauError: a defect/, true],
  "talks-too-much": [/a message of 6000 characters/, true],
  "keeps-memory": [/\d+ bytes made memory grow by 6\d{7}/, true],
  "takes-memory-for-a-moment": [/\d+ bytes made memory grow by \d{9}/, false],
  "runs-out-of-heap": [/its process ended: SIG(ABRT|TRAP|KILL)|its process ended: exit code 134/, false],
  computes: [/its process ended: it hung for 3 s of processor time/, false],
  waits: [/its process ended: it waited for 20 s/, false],
  "waits-for-nothing": [/its process ended: exit code 13/, false],
  "ends-the-process": [/its process ended: exit code 0/, false],
  "dies-of-a-signal": [/its process ended: SIGSEGV/, false],
  "leaves-a-rejection": [/its process ended: exit code 1\n.*nobody listens/s, false],
};

function ownFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "plateau-fuzz-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// A reader that `waits` is told from one that is starved by a machine at work: nothing else here waits for long.
for (const name of Object.keys(expected)) {
  test.serial(`a reader that ${name.replaceAll("-", " ")} is told, and the input that made it`, async (t) => {
    t.timeout(600_000);
    const folder = ownFolder(t);
    const patience = name === "waits" ? 20 : 300;
    const { failure } = await campaign(
      {
        ...{ registry, target: name, cases: 200, seed: 3 },
        ...{ deadline: name === "computes" ? 3 : 60, patience },
      },
      folder,
    );
    const [says, small] = expected[name];
    t.regex(failure!.message, says);
    if (name === "closes-a-prototype") {
      t.is(failure!.input, "");
      return;
    }
    const input = readFileSync(failure!.input);
    // A rejection is noticed when the next case has begun.
    if (name !== "leaves-a-rejection") t.true(input[0] >= 200);
    if (small) t.deepEqual([input[0], input.length <= 2], [200, true]);
  });
}

test.serial("an input that failed is tried again", async (t) => {
  t.timeout(600_000);
  const folder = ownFolder(t);
  const input = join(folder, "input");
  writeFileSync(input, Uint8Array.of(200));
  const again = (target: string) =>
    campaign({ ...{ registry, target, cases: 1, seed: 3 }, ...{ deadline: 60, input } }, folder);
  const { failure, cases } = await again("adds-to-objects");
  t.regex(failure!.message, expected["adds-to-objects"][0]);
  t.is(cases, 1);
  t.is((await again("harmless")).failure, undefined);
});

test.serial("cases are the same whether a campaign runs through or is taken up again", async (t) => {
  t.timeout(600_000);
  const folder = ownFolder(t);
  const at = async (from: number, cases: number) => {
    const found = await campaign(
      { ...{ registry, target: "harmless", seed: 5, deadline: 60 }, from, cases },
      folder,
    );
    t.is(found.cases, cases);
    return [found.accepted, found.refused.format ?? 0] as const;
  };
  const whole = await at(0, 2 * BATCH + 500);
  const [first, second] = [await at(0, BATCH), await at(BATCH, BATCH + 500)];
  t.deepEqual(whole, [first[0] + second[0], first[1] + second[1]]);
  // Batches are not each other's copies.
  t.notDeepEqual(first, await at(BATCH, BATCH));
});

test("every deed is expected to be told", (t) => {
  const deeds = targets.map(({ name }) => name).filter((name) => name !== "harmless");
  t.deepEqual(deeds, Object.keys(expected));
});

test.serial("a campaign that is stopped tells what was done", async (t) => {
  t.timeout(600_000);
  const stop = new AbortController();
  const counts: number[] = [];
  const findings = await campaign(
    {
      ...{ registry, target: "harmless", cases: 1e9, seed: 5, deadline: 60, signal: stop.signal },
      onProgress: ({ cases }) => {
        counts.push(cases);
        if (counts.length === 2) stop.abort();
      },
    },
    ownFolder(t),
  );
  t.is(findings.failure, undefined);
  t.deepEqual(counts.slice(0, 2), [BATCH, 2 * BATCH]);
  t.is(findings.cases, counts.at(-1)!);
});
