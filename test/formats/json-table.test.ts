import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { readJsonTable } from "../../src/formats/json-table.js";

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

function refuses(t: ExecutionContext, value: unknown, message: RegExp): void {
  t.throws(() => readJsonTable(bytes(value), "a.json"), {
    instanceOf: PlateauError,
    code: "format",
    message,
  });
}

test("columns are all keys in order of appearance; what a record lacks is missing", (t) => {
  const table = readJsonTable(
    bytes('[{"b": 1.5, "a": "x"}, {"a": null, "c": true}, {"b": 2, "__proto__": 3}]'),
  );
  t.is(table.rows, 3);
  t.deepEqual(
    table.columns.map(({ name, cells }) => [name, Array.from(cells)]),
    [
      ["b", [1.5, null, 2]],
      ["a", ["x", null, null]],
      ["c", [null, "true", null]],
      ["__proto__", [null, null, 3]],
    ],
  );
  t.is(table.where(1), "record 2");
});

test("a column of lists or objects says so", (t) => {
  const { columns } = readJsonTable(bytes([{ a: 1, b: 1 }, { a: [2] }, { a: {} }]));
  t.deepEqual(
    columns.map(({ problem }) => problem),
    ["holds a list in record 2", undefined],
  );
});

test("what is no array of records is refused", (t) => {
  refuses(t, "[1, 2", /^a\.json: no JSON: .+/);
  refuses(t, { values: [] }, /^a\.json: holds an object, expected an array of records$/);
  refuses(t, [], /^a\.json: no data: the array is empty$/);
  refuses(t, [{}], /^a\.json: no data: the records are empty$/);
  refuses(t, [{ a: 1 }, [2]], /^a\.json: record 2 is a list, expected an object/);
  refuses(t, [{ a: 1 }, 7], /^a\.json: record 2 is 7, expected an object/);
  refuses(
    t,
    [Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`c${i}`, i]))],
    /4097 columns, at most 4096/,
  );
  t.throws(() => readJsonTable(Uint8Array.of(0x5b, 0xff), "a.json"), { code: "format" });
});
