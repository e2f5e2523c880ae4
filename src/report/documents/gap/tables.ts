import type { Answer, KindAnswer } from "../../../experiments/gap/answer.js";
import type { Ensemble } from "../../../experiments/gap/ensemble.js";
import type { Change } from "../../../experiments/gap/further.js";
import type { ConstructedRung, GapResults } from "../../../experiments/gap/results.js";
import { curveName } from "../../../experiments/gap/say.js";
import type { ReportColumn, ReportTable } from "../../document.js";
import type { Row } from "../../figure.js";
import { anchor } from "./figures.js";

const text = (field: string, title: string): ReportColumn => ({ field, title, format: "text" });
const count = (field: string, title: string): ReportColumn => ({ field, title, format: "count" });
const number = (field: string, title: string): ReportColumn => ({ field, title });

/** What every size says, by the rules of the answer. */
export function answerTable({ transformers, own }: Answer): ReportTable {
  const kinds: readonly KindAnswer[] = [...(transformers ? [transformers] : []), ...own];
  return {
    name: "sizes",
    caption:
      "Errors of what training finds from drawn weights, over the least certified bound and over the least error that a search found there: of Transformers among all constructions of at most as many parameters, of a construction's architecture in itself. Factors are geometric means over seeds with 95% t intervals.",
    columns: [
      text("kind", "networks"),
      text("size", "size"),
      count("parameters", "parameters"),
      text("verdict", "what limits"),
      text("proven", "proven"),
      number("overCertified", "× certified"),
      number("overCertifiedLow", "from"),
      number("overCertifiedHigh", "to"),
      number("overFound", "× found"),
      number("overFoundLow", "from"),
      number("overFoundHigh", "to"),
    ],
    rows: kinds.flatMap(({ name: kind, sizes }) =>
      sizes.map(
        ({ name: size, parameters, verdict, proven, overCertified, overFound }): Row => ({
          ...{ kind, size, parameters, verdict, proven: proven ? "yes" : "no" },
          overCertified: overCertified?.value ?? null,
          overCertifiedLow: overCertified?.low ?? null,
          overCertifiedHigh: overCertified?.high ?? null,
          overFound: overFound?.value ?? null,
          overFoundLow: overFound?.low ?? null,
          overFoundHigh: overFound?.high ?? null,
        }),
      ),
    ),
  };
}

export function transformerTable({ transformers }: GapResults): ReportTable {
  return {
    name: "transformers",
    caption:
      "Transformers as trained: the ensemble's best by validation, and the least and greatest largest error over seeds.",
    columns: [
      count("width", "width"),
      count("depth", "depth"),
      count("parameters", "parameters"),
      ...errorColumns,
    ],
    rows: transformers.map(({ width, depth, parameters, trained }) => ({
      ...{ width, depth, parameters },
      ...trainedFields(trained),
    })),
  };
}

/** Everything of one construction: as written, trained from there, and from drawn weights, each by size. */
export function familyTable({ constructed }: GapResults, family: string): ReportTable {
  const rungs = constructed.filter((one) => one.family === family);
  const fields = (
    weights: string,
    { cells, size, parameters }: Pick<ConstructedRung, "cells" | "size" | "parameters">,
  ) => ({
    ...{ weights, cells, size, parameters },
  });
  return {
    name: anchor(family),
    caption: `${family}: errors as written, with what its certificate proves; after training from there; and of the same architecture from drawn weights. Of trained ones the errors of the ensemble's best by validation, and the least and greatest largest error over seeds.`,
    columns: [
      text("weights", "weights"),
      count("cells", "cells a side"),
      count("size", "size"),
      count("parameters", "parameters"),
      number("certified", "certified ≤"),
      ...errorColumns,
    ],
    rows: [
      ...rungs.map(({ constructed: { sup, certificate, rmse }, ...one }) => ({
        ...fields("as written", one),
        ...{ certified: certificate?.upper ?? null, sup, least: null, greatest: null, rmse, lr: null },
      })),
      ...(["further", "drawn"] as const).flatMap((kind) =>
        rungs.map(({ [kind]: trained, ...one }) => ({
          ...fields(kind === "further" ? "trained from written" : "trained from drawn", one),
          ...{ certified: null, ...trainedFields(trained) },
        })),
      ),
    ],
  };
}

/** Of a seed there is one largest error; of several the best by validation, and the least and greatest. */
const errorColumns: readonly ReportColumn[] = [
  number("sup", "largest error"),
  number("least", "least"),
  number("greatest", "greatest"),
  number("rmse", "RMSE"),
  number("lr", "learning rate"),
];

function trainedFields({ best, bySeed }: Ensemble): Row {
  const all = bySeed.flatMap((one) => (one?.sup == null ? [] : [one.sup]));
  return {
    sup: best?.sup ?? null,
    least: all.length > 0 ? Math.min(...all) : null,
    greatest: all.length > 0 ? Math.max(...all) : null,
    rmse: best?.rmse ?? null,
    lr: best?.lr ?? null,
  };
}

/** What training made of written weights. */
export function changeTable({ constructed }: GapResults): ReportTable {
  const fields = (name: string, change: Change | null): Row => ({
    [name]: change?.value ?? null,
    [`${name}Low`]: change?.low ?? null,
    [`${name}High`]: change?.high ?? null,
    [`${name}Change`]: change?.change ?? "–",
  });
  const columns = (name: string, title: string): ReportColumn[] => [
    number(name, title),
    number(`${name}Low`, "from"),
    number(`${name}High`, "to"),
    text(`${name}Change`, "so it"),
  ];
  return {
    name: "further",
    caption:
      "Errors after training from written weights over those before it: geometric means over seeds with 95% t intervals.",
    columns: [
      text("spec", "construction"),
      count("parameters", "parameters"),
      ...columns("sup", "largest error, after ÷ before"),
      ...columns("rmse", "RMSE, after ÷ before"),
    ],
    rows: constructed.map(({ spec, parameters, change }) => ({
      ...{ spec, parameters },
      ...fields("sup", change.sup),
      ...fields("rmse", change.rmse),
    })),
  };
}

export function slopeTable({ slopes }: GapResults): ReportTable {
  return {
    name: "slopes",
    caption:
      "p of error ~ size^−p, for largest errors, beside the theorem's. Of constructions as written by their own size, with what bends and what certificates leave open; of trained models by parameters, one point a size, with 95% intervals.",
    columns: [
      text("curve", "errors of"),
      text("by", "by"),
      number("exponent", "p"),
      number("low", "from"),
      number("high", "to"),
      number("theory", "theory"),
      text("beside", "p is"),
      text("doubts", "why it may be no power law"),
      text("source", "theorem"),
    ],
    rows: slopes.map(({ curve, family, by, exponent, range, doubts, theory, beside }) => ({
      curve: curveName({ curve, family }),
      ...{ by, exponent: exponent.value, low: range.low, high: range.high },
      theory: theory?.exponent ?? null,
      beside: beside === null ? "–" : beside,
      doubts: doubts.join("; ") || "–",
      source: theory?.source ?? "–",
    })),
  };
}
