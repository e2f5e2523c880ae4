import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import test from "ava";
import fc from "fast-check";
import { parseConfig, readConfigFile } from "../../../src/sweep/space/read.js";
import { Space, type SpaceInput } from "../../../src/sweep/space/space.js";

const folder = mkdtempSync(path.join(tmpdir(), "plateau-config-"));
test.after.always(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array) => {
  const at = path.join(folder, name);
  writeFileSync(at, content);
  return at;
};

test("one space from YAML and JSON", async (t) => {
  const yaml = file(
    "space.yaml",
    `# what varies
parameters:
  rate: {type: log-uniform, low: 1e-4, high: 0.1}
  width: &sizes [16, 32, 64]
  hidden: *sizes
  activation: [relu, no, "yes"]
  bias: true
  heads:
    type: integer
    low: 1
    high: 8
    when: {bias: true}
constraints:
  - heads divides width
`,
  );
  const expected = {
    parameters: {
      rate: { type: "log-uniform", low: 1e-4, high: 0.1 },
      width: [16, 32, 64],
      hidden: [16, 32, 64],
      activation: ["relu", "no", "yes"],
      bias: true,
      heads: { type: "integer", low: 1, high: 8, when: { bias: true } },
    },
    constraints: ["heads divides width"],
  };
  t.deepEqual(await readConfigFile(yaml), expected);
  t.deepEqual(
    await readConfigFile(file("space.JSON", `\ufeff${JSON.stringify(expected, null, "\t")}`)),
    expected,
  );
  t.deepEqual(await readConfigFile(file("space.yml", JSON.stringify(expected))), expected);
  t.is(new Space((await readConfigFile(yaml)) as SpaceInput).parameters.length, 6);
});

test("any JSON value comes back as JSON.parse gives it", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 5, stringUnit: "binary" }), async (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('"__proto__"'));
      t.deepEqual(await parseConfig(text, "json", "x"), JSON.parse(text));
      t.deepEqual(await parseConfig(JSON.stringify(value, null, 2), "yaml", "x"), JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

const refuses = test.macro(async (t, format: "json" | "yaml", text: string, message: RegExp) => {
  await t.throwsAsync(parseConfig(text, format, "c"), { code: "format", message });
});
const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
for (const [name, before] of ["ba", "cb", "dc", "ed", "fe", "gf"]) {
  bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(", ")}]`);
}
const deep = 5000;

for (const [title, format, text, message] of [
  ["broken JSON", "json", "{a: 1}", /^c is no JSON: /],
  ["JSON with a key twice", "json", '{\n"a": 1,\n"a": 2}', /^c, line 3: key "a" is there twice/],
  ["YAML with a key twice", "yaml", "a: 1\nb: {c: 1, c: 2}", /^c, line 2: key "c" is there twice/],
  ["a key twice, differently written", "yaml", '1: a\n"1": b', /^c, line 2: key "1" is there twice/],
  [
    "__proto__ in JSON",
    "json",
    '{"__proto__": {"polluted": 1}}',
    /^c, line 1: the key "__proto__" is not allowed/,
  ],
  [
    "__proto__ in YAML",
    "yaml",
    "x:\n  __proto__: {polluted: 1}",
    /^c, line 2: the key "__proto__" is not allowed/,
  ],
  [
    "an alias bomb",
    "yaml",
    bomb.join("\n"),
    /^c, line \d: more than 100000 values, those repeated by aliases included/,
  ],
  ["a list in itself", "yaml", "&a [*a]", /^c, line 1: alias "a" comes before its anchor/],
  ["an alias of nothing", "yaml", "a: *b", /alias "b" comes before its anchor/],
  ["nothing", "yaml", "# only a comment", /^c: it is empty/],
  ["two documents", "yaml", "a: 1\n---\nb: 2", /^c: it holds more than one document/],
  ["bad indentation", "yaml", " a: 1\nb: 2", /^c, line 2: /],
  ["an unknown tag", "yaml", "a: 1\nb: !!js/function 'x'", /^c, line 2: unresolved tag/],
  ["bytes", "yaml", "a: !!binary aGk=", /^c, line 1: .* is no string, number, true, false or null/],
  ["a date", "yaml", "a: !!timestamp 2001-01-01", /is no string, number/],
  ["a list for a key", "yaml", "? [a]\n: 1", /^c, line 1: a key is a list, an object or an alias/],
  ["lists too deep", "yaml", "[".repeat(deep) + "]".repeat(deep), /nested more than 64 deep/],
  ["lists too deep, unclosed", "yaml", "[".repeat(deep), /nested more than 64 deep/],
  ["lists too deep, in JSON", "json", "[".repeat(deep) + "]".repeat(deep), /nested more than 64 deep/],
  ["rows of dashes", "yaml", `${"- ".repeat(deep)}1`, /nested more than 64 deep/],
  [
    "rows of dashes that are closed in the end",
    "yaml",
    `${"- ".repeat(deep)}1\nx: 1`,
    /nested more than 64 deep/,
  ],
  ["keys of keys", "yaml", `${"? ".repeat(deep)}1`, /nested more than 64 deep/],
  ["objects too deep", "yaml", "{a: ".repeat(deep) + "}".repeat(deep), /nested more than 64 deep/],
] as const) {
  test(`refused: ${title}`, refuses, format, text, message);
}

test("nothing of a file reaches the prototypes of objects", async (t) => {
  const value = (await parseConfig("constructor: {prototype: {polluted: 1}}", "yaml", "c")) as object;
  t.deepEqual(Object.keys(value), ["constructor"]);
  t.is(Object.getPrototypeOf(value), Object.prototype);
  t.is(({} as { polluted?: number }).polluted, undefined);
});

test("nesting as deep as is allowed is read", async (t) => {
  for (const text of [
    "[".repeat(60) + "]".repeat(60),
    `${"- ".repeat(60)}1`,
    "{a: ".repeat(60) + "}".repeat(60),
  ]) {
    await t.notThrowsAsync(parseConfig(text, "yaml", "c"));
  }
});

test("files are held to their ending, their size and UTF-8", async (t) => {
  await t.throwsAsync(readConfigFile(file("a.toml", "")), {
    code: "usage",
    message: /^cannot tell what ".*a\.toml" holds: its name must end with \.json, \.yaml or \.yml$/,
  });
  await t.throwsAsync(readConfigFile(path.join(folder, "absent.yaml")), {
    code: "io",
    message: /no such file/,
  });
  const large = file("large.yaml", "");
  truncateSync(large, 2 ** 20 + 1);
  await t.throwsAsync(readConfigFile(large), {
    code: "io",
    message: /it has 1048577 bytes, at most 1048576/,
  });
  await t.throwsAsync(readConfigFile(file("b.yaml", Uint8Array.of(0xff, 0xfe, 0x61))), {
    code: "format",
    message: /^b\.yaml is no text in UTF-8/,
  });
  await t.throwsAsync(readConfigFile(file("c.json", "{}}")), {
    code: "format",
    message: /^c\.json is no JSON/,
  });
});
