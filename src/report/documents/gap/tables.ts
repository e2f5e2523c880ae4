import type { Answer, KindAnswer } from "../../../experiments/gap/answer.js";
import type { Ensemble } from "../../../experiments/gap/ensemble.js";
import type { Change } from "../../../experiments/gap/further.js";
import type { GapResults } from "../../../experiments/gap/results.js";
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
      ...trainedColumns("trained", ""),
    ],
    rows: transformers.map(({ width, depth, parameters, trained }) => ({
      ...{ width, depth, parameters },
      ...trainedFields("trained", trained),
    })),
  };
}

/** Everything of one construction, by size. */
export function familyTable({ constructed }: GapResults, family: string): ReportTable {
  return {
    name: anchor(family),
    caption: `${family}: errors as written, with what its certificate proves; after training from there; and of the same architecture from drawn weights.`,
    columns: [
      count("cells", "cells a side"),
      count("size", "size"),
      count("parameters", "parameters"),
      number("sup", "largest error, written"),
      number("certified", "certified ≤"),
      number("rmse", "RMSE, written"),
      ...trainedColumns("further", "from written: "),
      ...trainedColumns("drawn", "from drawn: "),
    ],
    rows: constructed
      .filter((one) => one.family === family)
      .map(({ cells, size, parameters, constructed: { sup, certificate, rmse }, further, drawn }) => ({
        ...{ cells, size, parameters, sup, certified: certificate?.upper ?? null, rmse },
        ...trainedFields("further", further),
        ...trainedFields("drawn", drawn),
      })),
  };
}

const trainedColumns = (name: string, prefix: string): ReportColumn[] => [
  number(`${name}Sup`, `${prefix}largest error of the best`),
  number(`${name}Least`, `${prefix}least`),
  number(`${name}Greatest`, `${prefix}greatest`),
  number(`${name}Rmse`, `${prefix}RMSE of the best`),
  number(`${name}Lr`, `${prefix}learning rate`),
];

function trainedFields(name: string, { best, bySeed }: Ensemble): Row {
  const all = bySeed.flatMap((one) => (one?.sup == null ? [] : [one.sup]));
  return {
    [`${name}Sup`]: best?.sup ?? null,
    [`${name}Least`]: all.length > 0 ? Math.min(...all) : null,
    [`${name}Greatest`]: all.length > 0 ? Math.max(...all) : null,
    [`${name}Rmse`]: best?.rmse ?? null,
    [`${name}Lr`]: best?.lr ?? null,
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
