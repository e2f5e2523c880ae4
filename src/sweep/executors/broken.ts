import { PlateauError } from "../../errors.js";

/**
 * What keeps an executor from running any trial, and is no trial's doing. The run ends with it, and its trials wait to
 * be run again.
 */
export class BrokenExecutor extends PlateauError {}
