import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../../src/errors.js";
import { MOST_LEVELS } from "../../../src/nesting.js";
import { decodeEvent, decodeJob, encodeEvent, trialJob } from "../../../src/sweep/executors/bullmq/wire.js";
import { goodJob, sentJob } from "../support/sent.js";

test("a trial arrives as it was sent, numbers that JSON lacks included", (t) => {
  t.deepEqual(trialJob(decodeJob(goodJob), undefined), sentJob);
});

test("whatever a worker says arrives as it was said", (t) => {
  const value = fc.double();
  const event = fc.oneof(
    fc.record({
      kind: fc.constant("report" as const),
      replicate: fc.nat(1000),
      step: fc.integer({ min: 1 }),
      value,
    }),
    fc.record({
      ...{ kind: fc.constant("replicate" as const), place: fc.nat(1000), seed: fc.nat(), value },
      result: fc.jsonValue().filter((one) => !JSON.stringify(one).includes("-0")),
    }),
  );
  fc.assert(
    fc.property(event, fc.integer({ min: 1 }), (said, seq) => {
      const { result, ...rest } = { result: undefined, ...said };
      const { result: heard, ...others } = { result: undefined, ...decodeEvent(encodeEvent(said, seq)) };
      t.deepEqual(others as unknown, { ...rest, seq });
      t.deepEqual(JSON.stringify(heard), JSON.stringify(result));
    }),
  );
});

test("what is no trial is refused as such, whatever it is", (t) => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const bad = [
    "",
    "{",
    "null",
    "[]",
    "1",
    '"x"',
    goodJob.replace('"training"', '"../../etc/passwd\\u0000'.concat("x".repeat(300), '"')),
    goodJob.replace('"number":3', '"number":-1'),
    goodJob.replace('"number":3', '"number":"3"'),
    goodJob.replace('"x":0.1', '"x":{"toString":1}'),
    goodJob.replace('"seeds":[1,', '"seeds":['.concat("1,".repeat(2000))),
    goodJob.replace('"done":["NaN"]', '"done":[1,2,3]'),
    goodJob.replace('"task":{', '"task":{"__proto__":{"polluted":1},'),
    goodJob.replace('"parameters":{', '"parameters":{"__proto__":1,'),
    goodJob.replace('"a":[1,', `"a":[${deep},`),
    goodJob.replace('"a":[1,', `"a":[${"1,".repeat(300_000)}`),
    goodJob.replace('"answers":true', '"answers":true,"code":"process.exit()"'),
  ];
  for (const text of bad) {
    const error = t.throws(() => decodeJob(text), { instanceOf: PlateauError }, text.slice(0, 80));
    t.is(error?.code, "format");
  }
  t.is(({} as { polluted?: number }).polluted, undefined);
});

test("a result that the study's file would not give back is refused", (t) => {
  const said = (levels: number) =>
    `{"kind":"replicate","seq":1,"place":0,"seed":1,"value":1,"result":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  t.notThrows(() => decodeEvent(said(MOST_LEVELS)));
  for (const levels of [MOST_LEVELS + 1, 100_000])
    t.throws(() => decodeEvent(said(levels)), { code: "format", message: /500 levels at most/ });
});

test("any text at all is a trial, or refused in plateau's own words", (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.nat(goodJob.length), fc.nat(goodJob.length), fc.string())
      .map(([from, to, between]) => goodJob.slice(0, from) + between + goodJob.slice(to)),
  );
  fc.assert(
    fc.property(text, (one) => {
      for (const decode of [decodeJob, decodeEvent]) {
        try {
          decode(one);
        } catch (error) {
          if (!(error instanceof PlateauError && error.code === "format")) throw error;
        }
      }
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

test("what a worker says has no orders to a terminal in it", (t) => {
  const message = "\u001b[2Ja\u009b31m\u202eb\u0007\nc\td";
  const outcome = { kind: "failed", again: true, error: { code: "internal", message } } as const;
  const said = decodeEvent(encodeEvent({ kind: "outcome", outcome }, 1));
  t.deepEqual(said, {
    ...{ kind: "outcome", seq: 1 },
    outcome: { ...outcome, error: { code: "internal", message: "[2Ja31mb\nc\td" } },
  });
  const note = decodeEvent(encodeEvent({ kind: "note", text: message }, 2));
  t.deepEqual(note, { kind: "note", seq: 2, text: "[2Ja31mb\nc\td" });
});
