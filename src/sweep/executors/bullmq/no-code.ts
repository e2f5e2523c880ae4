import { PlateauError, quote } from "../../../errors.js";
import { isModule } from "../../modules.js";

/**
 * Refuses a trial whose training target is a module: no code travels, and none is loaded because Redis says so. Of an
 * objective of one's own, too: what its task means is not known here.
 * @param parameters those of the trial: they stand over what its task says
 * @throws PlateauError `usage`
 */
export function requireNoCode(task: unknown, parameters: Readonly<Record<string, unknown>> = {}): void {
  const { experiment } = (task ?? {}) as { experiment?: { target?: unknown } | null };
  for (const target of [experiment?.target, parameters.target]) requireNoModule(target);
}

/** @throws PlateauError `usage` where a target is a module */
export function requireNoModule(target: unknown): void {
  if (typeof target !== "string" || !isModule(target)) return;
  throw new PlateauError(
    "usage",
    `target ${quote(target)} is a module, and no code travels to workers: write an objective module that trains on it, and start workers with --objective name=module`,
  );
}
