import { fingerprintOf } from "../../src/experiments/record.js";
import type { ReportDocument } from "../../src/report/document.js";
import type { Figure, Row } from "../../src/report/figure.js";

/** What a stranger's target, path or expression may hold: all of it has to come out as text. */
export const HOSTILE = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'"&\u2028\u0000`;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
/** A curve without any transcendental function. */
const wave = (t: number) => 4 * t * (1 - t) * (1 - 2 * t) * 2.5;

const zoom = [{ name: "zoom", select: "interval", bind: "scales" }];

/** Three curves over a width, with intervals: bars of error, symbols, a legend, a tooltip. */
function failureRates(): Figure {
  const data: Row[] = [4, 8, 16, 32, 64, 128, 256].flatMap((d, at) =>
    ["regression", "classification", "majority class"].map((what, which) => {
      const rate = [0.62 - 0.05 * at, 0.41 - 0.03 * at, 0.713][which];
      const half = which === 2 ? 0 : 0.02 + 0.004 * at;
      return { d, what, rate, low: rate - half, high: rate + half };
    }),
  );
  const x = {
    field: "d",
    type: "quantitative",
    scale: { type: "log", base: 2 },
    title: "width of a token, d",
  };
  const y = { type: "quantitative", title: "failure rate at K = 5", axis: { format: "%" } };
  const color = { field: "what", type: "nominal", title: null };
  return {
    name: "failure-rates",
    title: "Failure rates against the width of a token",
    caption:
      "Failure rate at matched resolution, K = 5, on 4,000 test rows; bars: 95% intervals over 5 seeds. The majority class is the baseline that knows nothing of the input. All numbers are made up.",
    alt: "Three curves of the failure rate at K = 5 against d from 4 to 256. Regression falls from 62% to 32%, classification from 41% to 23%; the majority class stays at 71%.",
    data,
    spec: {
      width: "container",
      height: 300,
      encoding: { x, color },
      layer: [
        {
          mark: { type: "rule", style: "interval" },
          encoding: { y: { field: "low", ...y }, y2: { field: "high" } },
        },
        { params: zoom, mark: { type: "line", point: true }, encoding: { y: { field: "rate", ...y } } },
      ],
    },
  };
}

/** Two curves along a segment, many rows. */
function segment(): Figure {
  const data: Row[] = range(600).flatMap((i) => {
    const t = i / 599;
    return [
      { t, value: wave(t), what: "target" },
      { t, value: Math.floor(4 * wave(t) + 0.5) / 4, what: HOSTILE },
    ];
  });
  return {
    name: "segment",
    title: "Predicted and true along a segment",
    caption: `The model against its target along the diagonal of the domain; series named by a stranger: ${HOSTILE}`,
    alt: "Two curves over the unit interval: the target, smooth, and the model, flat in steps of a quarter.",
    data,
    spec: {
      width: "container",
      height: 260,
      params: zoom,
      mark: "line",
      encoding: {
        x: { field: "t", type: "quantitative", title: "place along the segment" },
        y: { field: "value", type: "quantitative", title: "output" },
        color: { field: "what", type: "nominal", title: null },
      },
    },
  };
}

/** Cells of a ramp: colours that themes interpolate. */
function attention(): Figure {
  const data: Row[] = range(36).map((i) => ({
    query: `token ${Math.floor(i / 6) + 1}`,
    key: `token ${(i % 6) + 1}`,
    weight: Math.abs(Math.floor(i / 6) - (i % 6)) < 2 ? 0.3 : 0.03,
  }));
  return {
    name: "attention",
    title: "Attention of the first head",
    caption: "Mean weight over the test rows.",
    alt: "A grid of six by six cells, dark on the diagonal and beside it.",
    data,
    spec: {
      width: "container",
      height: 240,
      mark: "rect",
      encoding: {
        x: { field: "key", type: "ordinal", title: "key", axis: { labelAngle: 0 } },
        y: { field: "query", type: "ordinal", title: "query" },
        color: { field: "weight", type: "quantitative", title: "weight" },
      },
    },
  };
}

/** Estimates with intervals by name. */
function effects(): Figure {
  const names = ["output head", "weight decay", "width", "training length", "metric", "start vector"];
  const data: Row[] = names.map((name, i) => ({
    switch: name,
    effect: 0.3 - 0.11 * i,
    low: 0.22 - 0.11 * i,
    high: 0.38 - 0.11 * i,
  }));
  const y = { field: "switch", type: "nominal", sort: null, title: null };
  const x = { type: "quantitative", title: "change of the test R²" };
  return {
    name: "effects",
    title: "What each choice changes",
    caption:
      "Effect of answering one question as we would, all others as the study does; bars: 95% intervals.",
    alt: "Six effects with intervals, from +0.30 for the output head to −0.25 for the start vector.",
    data,
    spec: {
      width: "container",
      height: { step: 30 },
      encoding: { y },
      layer: [
        { mark: { type: "rule", style: "zero" }, encoding: { x: { datum: 0, ...x } } },
        {
          mark: { type: "rule", style: "interval" },
          encoding: { x: { field: "low", ...x }, x2: { field: "high" } },
        },
        { mark: { type: "point", filled: true }, encoding: { x: { field: "effect", ...x } } },
      ],
    },
  };
}

/** A report of made-up numbers with every kind of part. */
export async function madeUpReport(): Promise<ReportDocument> {
  const fingerprint = await fingerprintOf({ made: "up" });
  return {
    title: "Does regression fail more than classification?",
    question:
      "The study finds that Transformers fail on regression and not on classification. Does that hold once both are measured on one scale, beside baselines that know nothing?",
    setting:
      "m2n1 and m4n3 at d = 4 … 256, the protocol of the study's published code, 10 trials a setting, 5 seeds; 4,000 test rows.",
    answer: [
      "Not on one scale: at K = 5 regression fails 32% to 62% and classification 23% to 41%, where the majority class fails 71%.",
      "Most of the difference is the missing output head.",
    ],
    main: failureRates(),
    sections: [
      {
        name: "one-scale",
        title: "On one scale both beat the majority class",
        text: [
          "Measured at matched resolution, predictions of the regression are quantised with the same centroids that the classification has. Both modes are then answers to one question, and both are better than the most frequent class at every width.",
          `A name from outside: ${HOSTILE}`,
        ],
        figures: [segment()],
        tables: [
          {
            name: "rates",
            caption: "Failure rates by setting. Numbers are made up.",
            columns: [
              { field: "setting", title: "", format: "text" },
              { field: "d", title: "d", format: "count" },
              { field: "parameters", title: "Parameters", format: "count" },
              { field: "rate", title: "Failure rate", format: "percent" },
              { field: "rmse", title: "RMSE" },
              { field: "r2", title: "R²" },
              { field: "majority", title: "Majority class", format: "percent" },
              { field: "seconds", title: "Seconds" },
            ],
            rows: [4, 16, 64, 256].map((d) => ({
              setting: `m2n1, regression`,
              d,
              parameters: 50 * d * d,
              rate: 0.6 - d / 1000,
              rmse: 0.9 / d,
              r2: 1 - 1 / d,
              majority: 0.713,
              seconds: d === 256 ? null : d / 3,
            })),
          },
        ],
      },
      {
        name: "switches",
        title: "The output head moves the conclusion most",
        text: ["Each of the questions is answered by itself as we would, all others as the study does."],
        figures: [effects(), attention()],
        tables: [],
      },
    ],
    methods: {
      text: [
        "Every setting is trained on five seeds by the protocol of the study's published code; weights are those of the least validation failure rate. Intervals are bootstrap intervals over seeds.",
      ],
      commands: [
        "npm ci && npm run build",
        "npx plateau replicate --preset quick --seed 1 --workers 2 --out plateau-replicate",
        `npx plateau train '${HOSTILE}'`,
      ],
      environment: {
        plateau: "0.1.0",
        build: "strict",
        engine: "node 20.20.2 (V8 11.3.244)",
        machine: "linux-x64, a processor, 2 cores",
        date: "2026-01-01T00:00:00.000Z",
        seconds: 594.2,
        workers: 2,
      },
      repeat: { kind: "train", plateau: "0.1.0", config: { target: HOSTILE }, fingerprint },
    },
  };
}
