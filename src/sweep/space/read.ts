import * as path from "node:path";
import type { Document, Node, Scalar } from "yaml";
import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { readFileChecked } from "../../files/read.js";

const MOST_BYTES = 1 << 20;
const MOST_DEPTH = 64;
/** Values in a file, each counted as often as aliases repeat it. */
const MOST_VALUES = 100_000;

type Yaml = typeof import("yaml");
type Token = import("yaml").CST.Token;

/**
 * Reads a configuration from a JSON (.json) or YAML 1.2 (.yaml, .yml) file. No value is anything but what
 * JSON has: objects, arrays, strings, numbers, booleans and null.
 * @throws PlateauError `io` when the file cannot be read or has more than 1 MiB, `usage` for another ending,
 * `format` saying what is wrong in it and where: bad syntax, a key that is there twice or is "__proto__",
 * a tag, more than one document, nesting deeper than 64, more than 100,000 values (aliases repeat theirs)
 */
export async function readConfigFile(file: string): Promise<unknown> {
  requireArguments("readConfigFile", { file: [file, "text"] });

  const ending = path.extname(file).toLowerCase();
  if (![".json", ".yaml", ".yml"].includes(ending)) {
    throw new PlateauError(
      "usage",
      `cannot tell what ${quote(file)} holds: its name must end with .json, .yaml or .yml`,
    );
  }
  const bytes = readFileChecked(file, MOST_BYTES);
  const name = path.basename(file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlateauError("format", `${name} is no text in UTF-8`, { cause });
  }
  return parseConfig(text, ending === ".json" ? "json" : "yaml", name);
}

/**
 * The value of a JSON or YAML text; see `readConfigFile`.
 * @param name what messages call the text
 * @throws PlateauError `format`
 */
export async function parseConfig(text: string, format: "json" | "yaml", name: string): Promise<unknown> {
  if (format === "json") {
    try {
      JSON.parse(text);
    } catch (cause) {
      throw new PlateauError("format", `${name} is no JSON: ${(cause as Error).message}`, { cause });
    }
  }
  // What is JSON is read as YAML, too, which includes it: JSON.parse says nothing of keys that are there twice.
  const yaml: Yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const fail = (problem: string, offset?: number): never => {
    const { line } = offset === undefined ? { line: 0 } : lines.linePos(offset);
    throw new PlateauError("format", `${name}${line > 0 ? `, line ${line}` : ""}: ${problem}`);
  };
  // Tokens first: what is made of them is made by recursion.
  const { tokens, deep = tooDeep(tokens) } = tokensOf(yaml, text, lines.addNewLine);
  if (deep !== undefined) fail(`nested more than ${MOST_DEPTH} deep`, deep);
  // Its own search for keys that are there twice is quadratic.
  const documents = [...new yaml.Composer({ uniqueKeys: false, prettyErrors: false }).compose(tokens)];
  if (documents.length > 1) fail("it holds more than one document");
  const [document] = documents;
  if (!document) return fail("it is empty");
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) fail(problem.message.split("\n")[0].toLowerCase(), problem.pos[0]);
  return plain(yaml, document, fail);
}

/**
 * The tokens of a text and, where they nest so deep that the parser would run out of stack as it closes them, the
 * place: nothing is parsed beyond.
 */
function tokensOf(
  yaml: Yaml,
  text: string,
  onNewLine: (offset: number) => void,
): { tokens: Token[]; deep?: number } {
  const parser = new yaml.Parser(onNewLine);
  const tokens: Token[] = [];
  onNewLine(0);
  for (const lexeme of new yaml.Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > 4 * MOST_DEPTH) return { tokens, deep: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

/** Where among nested tokens one lies deeper than `MOST_DEPTH`. */
function tooDeep(tokens: readonly unknown[]): number | undefined {
  type Part = { offset?: number; items?: Part[]; key?: Part; value?: Part };
  let level = tokens as readonly Part[];
  // An item is a level of tokens, but none of the text: two for each, and one for the document.
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 2 * MOST_DEPTH + 2) return level.find(({ offset }) => offset !== undefined)?.offset ?? 0;
    level = level.flatMap(({ items, key, value }) => [...(items ?? []), key, value].filter((one) => !!one));
  }
  return undefined;
}

/** The value of a document, as nothing but data. */
function plain(
  yaml: Yaml,
  document: Document.Parsed | Document,
  fail: (problem: string, offset?: number) => never,
): unknown {
  const anchors = new Map<string, Node>();
  let values = 0;
  const convert = (node: Node | null, depth: number): unknown => {
    const at = node?.range?.[0];
    if (++values > MOST_VALUES)
      fail(`more than ${MOST_VALUES} values, those repeated by aliases included`, at);
    if (depth > MOST_DEPTH) fail(`nested more than ${MOST_DEPTH} deep`, at);
    if (node === null) return null;
    if (yaml.isAlias(node)) {
      const target = anchors.get(node.source);
      return target
        ? convert(target, depth + 1)
        : fail(`alias ${quote(node.source)} comes before its anchor`, at);
    }
    if (node.tag && !node.tag.startsWith("tag:yaml.org,2002:"))
      fail(`tag ${quote(node.tag)} is not allowed`, at);
    const value = collected(node, depth);
    // After what it holds, so that nothing holds itself.
    if (node.anchor) anchors.set(node.anchor, node);
    return value;
  };
  const collected = (node: Node, depth: number): unknown => {
    if (yaml.isMap(node)) {
      const object: Record<string, unknown> = {};
      for (const { key, value } of node.items) {
        const name = keyOf(key as Node | null);
        if (Object.hasOwn(object, name))
          fail(`key ${quote(name)} is there twice`, (key as Scalar | null)?.range?.[0]);
        object[name] = convert(value as Node | null, depth + 1);
      }
      return object;
    }
    if (yaml.isSeq(node)) return node.items.map((item) => convert(item as Node | null, depth + 1));
    const { value } = node as Scalar;
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value;
    return fail(`${quote(value)} is no string, number, true, false or null`, node.range?.[0]);
  };
  const keyOf = (key: Node | null): string => {
    const at = key?.range?.[0];
    if (!yaml.isScalar(key)) return fail("a key is a list, an object or an alias: expected a text", at);
    if (key.anchor) anchors.set(key.anchor, key);
    const name = String(key.value);
    if (name === "__proto__") fail('the key "__proto__" is not allowed', at);
    return name;
  };
  return convert(document.contents as Node | null, 0);
}
