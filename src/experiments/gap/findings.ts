import { fitRate } from "../../analysis/rates.js";
import { type Answer, answerOf, type Findings, type Reference, type SizeFindings } from "./answer.js";
import { type Ensemble, middleOf, type Norm } from "./ensemble.js";
import type { ConstructedRung, TransformerRung } from "./results.js";

/** What limits, by one norm: of root mean square errors there are no certificates. */
export function answerBy(
  norm: Norm,
  transformers: readonly TransformerRung[],
  constructed: readonly ConstructedRung[],
): Answer {
  const errors = ({ bySeed }: Ensemble) => bySeed.map((one) => one?.[norm] ?? null);
  const reference = ({ spec, parameters, constructed: written, further }: ConstructedRung): Reference => ({
    ...{ name: spec, parameters },
    certified: norm === "sup" ? (written.certificate?.upper ?? null) : null,
    found: written[norm],
    further: errors(further),
  });
  const findings = (
    name: string,
    sameArchitecture: boolean,
    sizes: readonly (SizeFindings & { trained: Ensemble })[],
  ): Findings => ({
    ...{ name, sameArchitecture, sizes: sizes.map(({ trained: _, ...size }) => size) },
    falls: falls(sizes.map(({ parameters, trained }) => ({ parameters, error: middleOf(trained, norm) }))),
  });
  const size = (name: string, parameters: number, trained: Ensemble, known: readonly ConstructedRung[]) => ({
    ...{ name, parameters, trained, errors: errors(trained), best: trained.best?.[norm] ?? null },
    references: known.map(reference),
  });
  const wide = transformers.map(({ width, depth, parameters, trained }) =>
    size(
      `width ${width}, depth ${depth}`,
      parameters,
      trained,
      constructed.filter((one) => one.parameters <= parameters),
    ),
  );
  const own = [...new Set(constructed.map(({ family }) => family))].map((family) =>
    findings(
      family,
      true,
      constructed
        .filter((one) => one.family === family)
        .map((one) => size(`size ${one.size}`, one.parameters, one.drawn, [one])),
    ),
  );
  return answerOf(wide.length > 0 ? findings("Transformers", false, wide) : null, own);
}

/** Whether errors fall with parameters, for all that their scatter tells. */
function falls(sizes: readonly { parameters: number; error: number | null }[]): boolean {
  const known = sizes.flatMap(({ parameters: size, error }) => (error ? [{ size, error }] : []));
  if (new Set(known.map(({ size }) => size)).size < 3) return false;
  return fitRate(known).exponent.low > 0;
}
