import * as v from "valibot";
import type { ErrorNorms } from "../../../analysis/error-norms.js";
import { PlateauError } from "../../../errors.js";
import type { StopSignal } from "../../../pause.js";
import type { ObjectiveContext, ObjectiveResult } from "../../../sweep/objective.js";
import { certifyConstructed } from "../../../theory/certificates/certify-constructed.js";
import { constructSpec, parseSpec } from "../../../theory/constructions/spec.js";
import { defineTask } from "../../../theory/constructions/task.js";
import { check, whole } from "../../../validate.js";
import { analysisOf } from "../../cells/objective.js";
import { defineExperiment, type ExperimentInput } from "../../config.js";
import { initialModel } from "../../run.js";

export const constructedSchema = v.strictObject({
  /** Constructions with size and options, as `init` has them. */
  specs: v.array(v.string()),
  /** Options of training that decide on which rows a model is judged. */
  training: v.looseObject({ target: v.string() }),
  /** Of the measure `errors`. */
  errors: v.looseObject({}),
  /** Of each certificate, at most. */
  boxes: whole(1),
});

/** Errors of a network as it was written down, before any training. */
export interface ConstructedErrors {
  /** The largest error that a search found; null where it is not finite. */
  readonly sup: number | null;
  readonly rmse: number | null;
  /** Of the largest error, where there is a proof. */
  readonly certificate: {
    readonly lower: number;
    readonly upper: number;
    readonly boxes: number;
    readonly stopped: string;
  } | null;
  /** Why there is none. */
  readonly uncertified: string | null;
}

/** Builds one construction, measures it as trained models are, and certifies it. */
export default async function objective({
  parameters,
  task: given,
  signal,
}: ObjectiveContext): Promise<ObjectiveResult> {
  const { specs, training, errors, boxes } = check("the study's task", constructedSchema, given);
  const spec = specs[Number(parameters["network"])];
  const input = { ...training, init: `construct:${spec}` } as unknown as ExperimentInput;
  const experiment = defineExperiment(input);
  const measured = await analysisOf(experiment, initialModel(experiment), { errors }, signal);
  const outcome = measured["errors"];
  if ("skipped" in outcome) throw new PlateauError("internal", `errors of ${spec}: ${outcome.skipped}`);
  const { sup, rmse } = outcome.result as ErrorNorms;
  const certified = await certificateOf(experiment, spec, boxes, signal);
  // What a certificate met is an error that was found.
  const met = certified.certificate?.lower ?? 0;
  const result: ConstructedErrors = {
    sup: sup && Math.max(sup.value, met),
    rmse: rmse?.value ?? null,
    ...certified,
  };
  return { value: result.sup ?? Number.MAX_VALUE, result };
}

async function certificateOf(
  { target, config }: ReturnType<typeof defineExperiment>,
  spec: string,
  boxes: number,
  signal: StopSignal,
): Promise<Pick<ConstructedErrors, "certificate" | "uncertified">> {
  const none = (uncertified: string) => ({ certificate: null, uncertified });
  const task = defineTask(target, config.dim);
  const parsed = parseSpec(spec);
  if (parsed.construction.uncertified) return none(parsed.construction.uncertified);
  try {
    const { error, conditions, ...certificate } = await certifyConstructed(
      task,
      constructSpec(parsed, task),
      {
        boxes,
        // Boxes end it: the same certificate on every machine.
        seconds: Number.MAX_SAFE_INTEGER,
        signal,
      },
    );
    if (conditions.length > 0) return none(conditions.join("; "));
    if (!Number.isFinite(error.upper)) return none(`no finite bound on ${certificate.boxes} boxes`);
    return {
      certificate: { ...error, boxes: certificate.boxes, stopped: certificate.stopped },
      uncertified: null,
    };
  } catch (error) {
    if (error instanceof PlateauError && error.code === "usage") return none(error.message);
    throw error;
  }
}
