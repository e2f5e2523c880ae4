import { PLATEAU_SHARE } from "../../../analysis/plateaus.js";
import { percent } from "../../../analysis/statistics/say.js";
import { audit, plateausAt } from "../../../experiments/audit/audit.js";
import type { AuditConfig } from "../../../experiments/audit/config.js";
import { leftOut } from "../../../experiments/audit/left-out.js";
import { responses } from "../../../experiments/audit/responses.js";
import type { AuditResults } from "../../../experiments/audit/results.js";
import { TRIVIAL_MARGIN } from "../../../experiments/audit/verdicts/beats-trivial.js";
import { CONSTANT_VARIANCE } from "../../../experiments/audit/verdicts/piecewise-constant.js";
import { MODE_MARGIN } from "../../../experiments/audit/verdicts/regression-harder.js";
import type { ExperimentRecord } from "../../../experiments/record.js";
import type { Methods } from "../../document.js";

/** How an audit was made, from its configuration. */
export function methodsOf({
  kind,
  plateau,
  config,
  fingerprint,
  environment,
}: ExperimentRecord<AuditConfig, AuditResults>): Methods {
  const { steps, batch, lr, warmup, dropout, decay, trainRows, validationRows, testRows, firstValidation } =
    config;
  const flat = config.dims
    .map((dim) => ({ dim, ...plateausAt({ dim }, config).plateaus }))
    .map(({ dim, segments, samples }) =>
      segments
        ? `d = ${dim}: ${segments} segments a seed, ${samples} cells each`
        : `d = ${dim}: not measured`,
    );
  return {
    text: [
      `Designs: one switch at a time from the study's protocol; one at a time back from the sound one${config.factorial ? "; and a two-level fractional factorial design of resolution IV in 16 runs over the switches that change a training" : ""}: at d = ${config.dims[0]} and K = ${config.classes[0]}. In other settings both protocols and the switches 1, 3 and 7 of the study's. Every cell is trained on the same seeds (${config.seed} to ${config.seed + config.seeds - 1}), which decide data and weights; cells that differ in nothing that training sees share their runs.`,
      `Equal in all cells: ${steps} updates of ${batch} rows out of at most ${trainRows} training rows, Adam's betas 0.9 and 0.999, peak learning rate ${lr} after ${warmup} updates of warm-up, then cosine; gradients clipped to norm 1 at every update; dropout ${dropout} unless switch D turns it off; weight decay ${decay} unless switch 7b does; 2 + 2 layers, post-norm, GELU; weights of the least validation value on ${validationRows} rows, looked at every ${firstValidation} updates. Both protocols train to the end: the study's last published commit stops at its first validation, which switch 10 does by stopping after ${firstValidation} updates. These numbers lie in the ranges that the study searches or are ours; it searches, this audit does not.`,
      `Models and baselines are judged on ${testRows} test rows of each seed. A failure rate among all true vectors gets harder with more of them. A run that diverges counts: it fails on every label, with R² −1 and the largest error; where a measure of it has no meaning (plateaus, variance) its seed is left out of that effect.`,
      `Scales: a regression can be read at any resolution, a classifier only at that of the classes it learned. So regression and classification are compared on the classes of the classification, over the majority class's failure rate on the same classes. The common scale (K of each coordinate over the target's range) is the same for all cells; a classifier of diagonal classes is read on it by its centroids, which it was never trained to place coordinate by coordinate.`,
      `Rules (ours). A model beats a trivial predictor where the 95% interval of the share of its loss that the model saves lies above ${percent(TRIVIAL_MARGIN)}, it does not where below. One mode fails more where the interval of the difference lies beyond ${MODE_MARGIN}; both fail alike where it lies within. Fitted functions are piecewise constant where they are flat and the target is not over more than ${percent(PLATEAU_SHARE)} of segments, with the whole interval; a model with less than ${percent(CONSTANT_VARIANCE)} of the target's variance is one constant instead. A switch moves a conclusion most where its effect is larger than each other's, by an interval over paired seeds. All else is undecided. Intervals are Student's t over seeds, each of one quantity by itself.`,
      `Measures. ${responses.map(({ title, what }) => `${title}: ${what}.`).join(" ")}`,
      `Plateaus: ${flat.join("; ")}. Left out: ${leftOut(config).join("; ")}.`,
    ],
    commands: [commandOf(config), "plateau audit --resume    # where it was interrupted"],
    environment,
    repeat: { kind, plateau, config, fingerprint },
  };
}

/** Options that are written as they are: what differs from the preset's. */
const options = {
  targets: "--targets",
  dims: "--dims",
  classes: "--classes",
  seeds: "--seeds",
  seed: "--seed",
  steps: "--steps",
  batch: "--batch",
  lr: "--lr",
  warmup: "--warmup",
  dropout: "--dropout",
  decay: "--decay",
  trainRows: "--train-rows",
  validationRows: "--validation-rows",
  testRows: "--test-rows",
} as const;

function commandOf(config: AuditConfig): string {
  const plain = audit.parse({ preset: config.preset });
  const given = (Object.keys(options) as (keyof typeof options)[])
    .filter((name) => String(config[name]) !== String(plain[name]))
    .map((name) => ` ${options[name]} ${String(config[name])}`);
  const factorial = plain.factorial && !config.factorial ? " --no-factorial" : "";
  return `plateau audit --preset ${config.preset}${given.join("")}${factorial}`;
}
