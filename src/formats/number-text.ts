/** What stands between the whole and the fraction of a number. */
export type Decimal = "point" | "comma";

/** A number as a text says it. */
export interface ReadNumber {
  readonly value: number;
  /** A sign or code of a currency, or %, that stands beside it. */
  readonly unit?: string;
  /** What stands between its thousands. */
  readonly thousands?: string;
  /** How it says that it is negative, where that is no sign before it: (5) or 5-. */
  readonly negative?: "parentheses" | "minus behind";
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is, in the notation of JavaScript and C; undefined where it is none that float64 holds. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!PLAIN.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** Codes of ISO 4217 and signs of letters that spreadsheets write beside amounts. */
const CODES =
  "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RON RUB SEK SGD THB TRY TWD USD UAH ZAR " +
  "A$ C$ R$ US$ Fr. kr kr. zł Kč Ft lei";
const UNIT = `(?:[%\\p{Sc}]|${CODES.split(" ")
  .sort((a, b) => b.length - a.length)
  .map((code) => code.replace(/[.$]/g, "\\$&"))
  .join("|")})`;
const SIGN = "[-+\u2212]";

/** Sign, unit, sign, number, unit: "-€ 5", "€ -5", "5 %". */
const AMOUNT = new RegExp(`^(${SIGN}?)\\s*(?:(${UNIT})\\s*)?(${SIGN}?)(\\S(?:.*?\\S)??)\\s*(${UNIT})?$`, "u");

/** "(5)", "($5)", "$ (5)", "(5) €": what bookkeeping writes for a negative amount. */
const PARENTHESES = new RegExp(`^(?:(${UNIT})\\s*)?\\(([^()]+)\\)(?:\\s*(${UNIT}))?$`, "u");
/** "5-", "5- €", "5 €-"; but "5,-" is five without cents. */
const BEHIND = new RegExp(`^(.*[^-+\u2212.,\\s])\\s?[-\u2212](?:\\s*(${UNIT}))?$`, "u");

/** Digits without a sign: 1234.5, 1,234.5, 12,34,567.5 (as in India), 1 234.5, 1'234.5, .5, 1e-3. */
const digits = (mark: string, group: string) =>
  new RegExp(
    `^(?:\\d+(?:${mark}\\d*)?(?:[eE][+-]?\\d+)?|${mark}\\d+(?:[eE][+-]?\\d+)?` +
      `|(?:[1-9]\\d{0,2}(?:${group}\\d{3})+|[1-9]\\d?(?:${group}\\d{2})+${group}\\d{3}` +
      `|[1-9]\\d{0,2}([ \\u00a0\\u2009\\u202f'’])\\d{3}(?:\\1\\d{3})*)(?:${mark}\\d*)?)$`,
  );
const DIGITS: Readonly<Record<Decimal, RegExp>> = {
  point: digits("\\.", ","),
  comma: digits(",", "\\."),
};
const MARK: Readonly<Record<Decimal, string>> = { point: ".", comma: "," };
const SEPARATORS = /[.,'’\s]/g;

/**
 * The number that a text is as people and spreadsheets write it, under one meaning of point and comma: with thousands
 * (of the other mark, of spaces or apostrophes), a currency or % before or behind, which is told and has no part in the
 * value (12 % is 12), a true minus sign; negative, too, in parentheses or with the minus behind. undefined where it is
 * none, or none that float64 holds.
 */
export function readNumber(text: string, decimal: Decimal): ReadNumber | undefined {
  // Most numbers have no more than a fraction.
  const pointed = decimal === "point" ? text : text.includes(".") ? "" : text.replace(",", ".");
  const plain = parseNumber(pointed);
  if (plain !== undefined) return { value: plain };
  const trimmed = text.trim();
  return amount(trimmed, decimal) ?? negative(trimmed, decimal);
}

/** A negative number without a sign before it. */
function negative(text: string, decimal: Decimal): ReadNumber | undefined {
  const inside = PARENTHESES.exec(text);
  const before = inside ? undefined : BEHIND.exec(text);
  const parts = inside?.slice(1) ?? before?.slice(1);
  const found = parts && amount(parts.filter((part) => part !== undefined).join(" "), decimal, false);
  return found && { ...found, value: -found.value, negative: inside ? "parentheses" : "minus behind" };
}

/** @param signs whether it may have a sign */
function amount(text: string, decimal: Decimal, signs = true): ReadNumber | undefined {
  const found = AMOUNT.exec(text);
  if (!found) return undefined;
  const [, outer, before, inner, body, behind] = found;
  if (!signs && (outer || inner)) return undefined;
  if ((outer && inner) || (before && behind) || !DIGITS[decimal].test(body)) return undefined;
  const mark = body.lastIndexOf(MARK[decimal]);
  const whole = mark < 0 ? body : body.slice(0, mark);
  const thousands = /[eE]/.test(whole) ? undefined : whole.match(SEPARATORS)?.[0];
  const bare = whole.replace(SEPARATORS, "") + (mark < 0 ? "" : `.${body.slice(mark + 1)}`);
  const value = Number(`${/[-\u2212]/.test(outer || inner) ? "-" : ""}${bare}`);
  if (!Number.isFinite(value)) return undefined;
  const unit = before || behind;
  return { value, ...(unit ? { unit } : {}), ...(thousands ? { thousands } : {}) };
}
