import Table from "cli-table3";
import { below, percent as percentOf, rSquared } from "../text.js";

/** The one JSON document of `--json`. NaN and infinities become null: JSON has neither. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What a person should know but no program reads. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A table without colours: unless told, the first column to the left, numbers to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligned: readonly ("left" | "right")[] = head.map((_, column) => (column === 0 ? "left" : "right")),
): string {
  const drawn = new Table({
    head: [...head],
    colAligns: [...aligned],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

/** A measure that does not apply, or (null) was no number when it was stored as JSON. */
const ABSENT = "–";
type Measured = number | null | undefined;

export function percent(share: Measured): string {
  if (share === undefined || share === null || Number.isNaN(share)) return ABSENT;
  return percentOf(share);
}

/** Three significant digits; just below 1, five decimals. */
export function short(value: Measured): string {
  if (value === undefined || value === null || Number.isNaN(value)) return ABSENT;
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(2)
    : below(value, 1, String(Number(value.toPrecision(3))), 5, 5);
}

/** R², whose distance from 1 matters. */
export function r2(value: Measured): string {
  if (value === undefined || value === null || Number.isNaN(value)) return ABSENT;
  return rSquared(value);
}

/** 12345 → 12,345, the same in every locale. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function bytes(value: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} bytes` : `${scaled.toPrecision(3)} ${units[unit]}`;
}

/** "3 s", "2 min 5 s", "1 h 2 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** The same, from two days on in days: "2.5 days". */
export function longDuration(seconds: number): string {
  const days = seconds / 86_400;
  return days < 2 ? duration(seconds) : `${days.toFixed(days < 10 ? 1 : 0)} days`;
}
