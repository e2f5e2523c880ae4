import { canonicalJson } from "../../formats/canonical-json.js";
import { sha256Hex } from "../../hash.js";

/** Fingerprints of parts, by name. */
export type Parts = Readonly<Record<string, string>>;

/** Hexadecimal digits of a part's: enough to tell apart what differs by accident. */
const DIGITS = 16;
/** Names of parts beyond which only their groups are told. */
const MOST = 1000;

export async function partOf(value: unknown): Promise<string> {
  return (await sha256Hex(new TextEncoder().encode(canonicalJson(value)))).slice(0, DIGITS);
}

/** Fingerprints of results by field, and by the fields of fields where those are not too many. */
export async function partsOf(results: unknown): Promise<Parts> {
  const fields = entriesOf(results, "");
  const inner = fields.flatMap(([name, value]) => entriesOf(value, `${name}.`) ?? []);
  const told = inner.length <= MOST ? inner : fields;
  const parts: [string, string][] = [];
  for (const [name, value] of told) parts.push([name, await partOf(value)]);
  return Object.fromEntries(parts);
}

/** Fields of an object or elements of an array; of anything else itself, under the name so far. */
function entriesOf(value: unknown, prefix: string): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[prefix.replace(/\.$/, "") || "results", value]];
  return Object.entries(value).map(([name, part]) => [`${prefix}${name}`, part]);
}

/** Names of parts that differ, or that only one has, in the order of `expected`. */
export function differing(expected: Parts, found: Parts): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const own = (parts: Parts, name: string) => (Object.hasOwn(parts, name) ? parts[name] : undefined);
  return [...names].filter((name) => own(expected, name) !== own(found, name));
}
