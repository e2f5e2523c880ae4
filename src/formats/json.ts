import { quote } from "../errors.js";

/** A number as it stands in the text: 2, 2.0 and 1e400 stay apart. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

export type JsonObject = Map<string, Json>;
export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;

/** Headers nest three levels; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
/** With the flag u only surrogates without their partner match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Strict JSON, for headers that others wrote: objects become Maps, so `__proto__` is a name like any
 * other, and a name that stands twice in one object is an error (JSON.parse keeps the last one).
 * @param fail is called with what is wrong and throws.
 */
export function parseJson(text: string, fail: (problem: string) => never): Json {
  let at = 0;

  const value = parseValue(0);
  skipSpace();
  if (at < text.length) unexpected("the end");
  return value;

  function unexpected(wanted: string): never {
    const found = at < text.length ? quote(String.fromCodePoint(text.codePointAt(at)!)) : "the end";
    return fail(`not JSON: ${wanted} expected at character ${at}, found ${found}`);
  }

  function skipSpace(): void {
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
    }
  }

  /** Skips white space, then `character` if it is next. */
  function takes(character: string): boolean {
    skipSpace();
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function parseValue(depth: number): Json {
    if (depth > MAX_DEPTH) return fail(`nested more than ${MAX_DEPTH} levels deep at character ${at}`);
    if (takes("{")) return parseObject(depth);
    if (takes("[")) return parseArray(depth);
    if (text[at] === '"') return parseString();
    const literal = match(LITERAL);
    if (literal) return literal === "null" ? null : literal === "true";
    const number = match(NUMBER);
    return number ? new JsonNumber(number) : unexpected("a value");
  }

  function parseArray(depth: number): Json[] {
    const array: Json[] = [];
    if (takes("]")) return array;
    do array.push(parseValue(depth + 1));
    while (takes(","));
    return takes("]") ? array : unexpected("',' or ']'");
  }

  function parseObject(depth: number): JsonObject {
    const object: JsonObject = new Map();
    if (takes("}")) return object;
    do {
      skipSpace();
      if (text[at] !== '"') unexpected("a name in quotation marks");
      const name = parseString();
      if (object.has(name)) fail(`the name ${quote(name)} stands twice`);
      if (!takes(":")) unexpected("':'");
      object.set(name, parseValue(depth + 1));
    } while (takes(","));
    return takes("}") ? object : unexpected("',' or '}'");
  }

  function parseString(): string {
    const start = at++;
    let escaped = false;
    for (; ; at++) {
      if (at >= text.length) unexpected("'\"'");
      const c = text.charCodeAt(at);
      if (c === 0x22) break;
      if (c < 0x20) unexpected("no control character");
      if (c === 0x5c) {
        escaped = true;
        at++;
      }
    }
    at++;
    if (!escaped) return text.slice(start + 1, at - 1);
    const literal = text.slice(start, at);
    let string: string;
    try {
      string = JSON.parse(literal);
    } catch {
      return fail(`not JSON: bad escape in the string ${quote(literal)} at character ${start}`);
    }
    return isUnicode(string) ? string : fail(`the string ${quote(string)} has half a surrogate pair`);
  }
}

/** Whether `text` survives UTF-8: no half of a surrogate pair stands alone. */
export function isUnicode(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** A value as a message shows it. */
export function quoteJson(value: Json | undefined): string {
  const text = serialize(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function serialize(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(serialize).join(",")}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${quote(k)}:${serialize(v)}`).join(",")}}`;
  return JSON.stringify(value);
}
