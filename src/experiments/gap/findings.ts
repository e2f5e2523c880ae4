import type { Answer } from "./answer.js";
import { answerOf, type Findings, type Reference } from "./answer.js";
import type { Ensemble } from "./ensemble.js";
import type { ConstructedRung, Slope, TransformerRung } from "./results.js";

export type Norm = "sup" | "rmse";

/** What limits, by one norm: of root mean square errors there are no certificates. */
export function answerBy(
  norm: Norm,
  transformers: readonly TransformerRung[],
  constructed: readonly ConstructedRung[],
  slopes: readonly Slope[],
): Answer {
  const falls = (curve: Slope["curve"], family: string | null) =>
    slopes.some((one) => one.curve === curve && one.family === family && one.exponent.low > 0);
  const errors = ({ bySeed }: Ensemble) => bySeed.map((one) => one?.[norm] ?? null);
  const reference = ({ spec, constructed: written, further }: ConstructedRung): Reference => ({
    name: spec,
    certified: norm === "sup" ? (written.certificate?.upper ?? null) : null,
    found: written[norm],
    further: errors(further),
  });
  const wide: Findings = {
    name: "Transformers",
    sameArchitecture: false,
    sizes: transformers.map(({ width, depth, parameters, trained }) => ({
      name: `width ${width}, depth ${depth}`,
      parameters,
      errors: errors(trained),
      best: trained.best?.[norm] ?? null,
      references: constructed.filter((one) => one.parameters <= parameters).map(reference),
    })),
    falls: falls("transformers", null),
  };
  const own = [...new Set(constructed.map(({ family }) => family))].map(
    (family): Findings => ({
      name: family,
      sameArchitecture: true,
      sizes: constructed
        .filter((one) => one.family === family)
        .map((one) => ({
          name: one.spec,
          parameters: one.parameters,
          errors: errors(one.drawn),
          best: one.drawn.best?.[norm] ?? null,
          references: [reference(one)],
        })),
      falls: falls("drawn", family),
    }),
  );
  return answerOf(transformers.length > 0 ? wide : null, own);
}
