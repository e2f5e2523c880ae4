import { analyze } from "./analyze.js";
import { audit } from "./audit.js";
import { bound } from "./bound.js";
import { certifyCommand } from "./certify.js";
import type { CliCommand } from "./command.js";
import { commandsCommand } from "./commands.js";
import { completion } from "./completion.js";
import { construct } from "./construct.js";
import { demo } from "./demo.js";
import { evaluate } from "./eval.js";
import { exportCommand } from "./export.js";
import { fit } from "./fit.js";
import { gap } from "./gap.js";
import { info } from "./info.js";
import { predict } from "./predict.js";
import { repeat } from "./repeat.js";
import { replicateCommand } from "./replicate.js";
import { report } from "./report.js";
import { study } from "./study.js";
import { sweep } from "./sweep.js";
import { targets } from "./targets.js";
import { train } from "./train.js";
import { verify } from "./verify.js";
import { worker } from "./worker.js";

/** Every command: one line each, in the order of the help text. */
export const commands: readonly CliCommand[] = [
  train, //
  evaluate,
  predict,
  analyze,
  exportCommand,
  fit,
  sweep,
  worker,
  study,
  replicateCommand,
  audit,
  report,
  repeat,
  bound,
  construct,
  certifyCommand,
  gap,
  targets,
  verify,
  info,
  demo,
  commandsCommand,
  completion,
];
