import { below, minus, percent } from "../../text.js";
import type { ReportColumn } from "../document.js";

type Value = string | number | boolean | null | undefined;
type Format = NonNullable<ReportColumn["format"]>;

/**
 * A value as a table shows it: numbers to three significant digits unless told (of what is just
 * below 1, as many as tell it from that), nothing as a dash.
 */
export function cellText(value: Value, format: Format = "number"): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return String(value);
  if (format === "percent") return percent(value);
  if (format === "count") return grouped(value);
  return format === "text" ? String(value) : minus(short(value));
}

/** Whether texts of a column are numbers, with or without a unit of %, all that say anything. */
export function areNumbers(texts: readonly string[]): boolean {
  const said = texts.filter((text) => text !== "" && text !== "–");
  return said.length > 0 && said.every((text) => /^[-−+]?[\d.,]+(e-?\d+)?%?$/.test(text));
}

function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return grouped(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace("e+", "e");
  return size >= 1000
    ? grouped(Math.round(value))
    : below(value, 1, String(Number(value.toPrecision(3))), 5, 5);
}

/** 12345 → 12,345, the same in every locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
