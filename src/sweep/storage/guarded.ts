/** A query, and what its columns are called. */
export interface Guarded {
  readonly sql: string;
  readonly names: readonly string[];
}

/** The one column that holds bytes. */
const BYTES = "bytes";
/** Some character that is none of ASCII's. */
const FOREIGN = "'*[^\x01-\x7f]*'";

/**
 * A query whose texts can be read, whatever a damaged file has in them: libsql ends the process at a text that is no
 * UTF-8, in any column, for SQLite lets each hold anything. So what is not plain ASCII comes as bytes (`readable`). Zero
 * bytes end a text for GLOB and length, not for octet_length.
 * @param sql SELECT with its columns by name, an expression with AS unless it is the only one
 */
export function guarded(sql: string): Guarded {
  const [, list, rest] = /^SELECT (.+?)\s+FROM (.+)$/s.exec(sql) ?? [];
  if (list === undefined) return { sql, names: [] };
  const columns = list.split(", ").map((column) => {
    const [expression, name = expression.replace(/^\w\./, "")] = column.split(" AS ");
    return { expression, name };
  });
  const all = columns.map(({ expression, name }) => guard(expression, name));
  // Their own names would be those that ORDER BY means: it is to go by an index.
  const selected = all.map((expression, at) => `${expression} AS _${at}`).join(", ");
  return { sql: `SELECT ${selected} FROM ${rest}`, names: columns.map(({ name }) => name) };
}

function guard(expression: string, name: string): string {
  if (/^(count\(|\d)/.test(expression)) return expression;
  if (name === BYTES) return `CASE typeof(${expression}) WHEN 'text' THEN 'a text' ELSE ${expression} END`;
  const foreign = `(length(${expression}) <> octet_length(${expression}) OR ${expression} GLOB ${FOREIGN})`;
  const text = `typeof(${expression}) = 'text' AND ${foreign}`;
  // No text comes as no bytes: what the file itself has as bytes does.
  return `CASE WHEN typeof(${expression}) = 'blob' THEN zeroblob(0) WHEN ${text} THEN CAST(${expression} AS BLOB) ELSE ${expression} END`;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What a column of a guarded query has.
 * @throws TypeError where it is a text that is no UTF-8, or bytes in place of a text
 */
export function readable(value: unknown, name: string): unknown {
  if (!(value instanceof Uint8Array) || name === BYTES) return value;
  if (value.length === 0) throw new TypeError(`${name} has bytes`);
  return decoder.decode(value);
}
