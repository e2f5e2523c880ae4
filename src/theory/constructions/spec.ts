import { PlateauError, quote } from "../../errors.js";
import { pow } from "../../targets/math.js";
import { check } from "../../validate.js";
import type { Constructed, Construction, Task } from "./construction.js";
import { findConstruction } from "./registry.js";

/** A construction with its size and options, as text names it. */
export interface Spec {
  readonly construction: Construction;
  /** Absent: `defaultSize`. */
  readonly size?: number;
  readonly options: Record<string, unknown>;
}

/** Parts of the box that a size is to give where none is asked for. */
const DEFAULT_PARTS = 32;

/**
 * Reads `partition`, `partition(64)`, `partition(64, order=2)`.
 * @throws PlateauError `unknown-name`, `usage`
 */
export function parseSpec(text: string): Spec {
  const [, name, list] = text.length > 1000 ? [] : (/^\s*([\w-]+)\s*(?:\(([^()]*)\))?\s*$/.exec(text) ?? []);
  if (name === undefined) {
    throw new PlateauError(
      "usage",
      `construction ${quote(text)}: expected a name, or a name with size and options, such as partition(64, order=2)`,
    );
  }
  const construction = findConstruction(name);
  const parts = list === undefined || list.trim() === "" ? [] : list.split(",").map((part) => part.trim());
  let size: number | undefined;
  const options: Record<string, unknown> = {};
  parts.forEach((part, i) => {
    if (i === 0 && !part.includes("=")) size = Number(part);
    else Object.assign(options, parseOption(part));
  });
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 1)) {
    throw new PlateauError(
      "usage",
      `construction ${quote(text)}: ${quote(parts[0])} is no size: expected a whole number of ${construction.sizeName}`,
    );
  }
  return { construction, size, options: checkOptions(construction, options) };
}

/** Reads `order=2` as an option: numbers and true or false as what they are, all else as words. */
export function parseOption(text: string): Record<string, unknown> {
  const [name, value, ...rest] = text.split("=").map((side) => side.trim());
  if (!name || value === undefined || value === "" || rest.length > 0) {
    throw new PlateauError("usage", `option ${quote(text)} is not of the form name=value`);
  }
  const number = Number(value);
  const read = value === "true" ? true : value === "false" ? false : Number.isNaN(number) ? value : number;
  return { [name]: read };
}

/** @throws PlateauError `usage` naming what is not allowed */
export function checkOptions({ name, options }: Construction, given: object): Record<string, unknown> {
  return check(`construction ${name}`, options, given);
}

/** A spec as text, all of it: what a run stores. */
export function specText({ construction, size, options }: Spec): string {
  const given = Object.entries(options).map(([key, value]) => `${key}=${String(value)}`);
  return `${construction.name}(${[...(size === undefined ? [] : [size]), ...given].join(", ")})`;
}

/** About 32 parts of the box, whatever its dimension. */
export function defaultSize(construction: Construction, task: Task): number {
  const a = Math.max(1, Math.round(pow(DEFAULT_PARTS, 1 / task.f.inputs)));
  return construction.ladder(task, a - 1);
}

/** @throws PlateauError as the construction's own `construct` */
export function constructSpec({ construction, size, options }: Spec, task: Task): Constructed {
  return construction.construct(task, size ?? defaultSize(construction, task), options);
}
