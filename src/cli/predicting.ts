import type { Cell, CsvNotation } from "../formats/write-table.js";
import type { AttentionMaps } from "../nn/attention-maps.js";
import type { StopSignal } from "../pause.js";
import type { TargetModule } from "./module-target.js";
import type { MovedTable } from "./moved-table.js";
import type { TableFlags } from "./table-options.js";

/** What is asked of a trained model. */
export interface Asked extends TableFlags, MovedTable, TargetModule {
  /** A table of inputs. Default: the test rows. */
  readonly inputs?: string;
  /** Most rows. */
  readonly rows?: number;
  /** Whether attention is asked for, too. */
  readonly attention: boolean;
  readonly signal: StopSignal;
  /** Told what a person should know of the answers. */
  readonly note: (text: string) => void;
}

/** What it predicts: an array alone, or the rows of a table. */
export interface Predicted {
  readonly shape: readonly number[];
  /** Row-major; NaN where there is no prediction. */
  readonly predicted: Float32Array;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** The same where formats tell numbers from texts: what was read as a number is one. Default: `rows`. */
  readonly typedRows?: readonly (readonly Cell[])[];
  /** How the table of inputs is written, and so the answers beside them. */
  readonly notation?: CsvNotation;
  readonly maps: readonly AttentionMaps[];
}

/** One kind of folder that predicts. */
export type Predictor = (folder: string, asked: Asked) => Promise<Predicted>;
