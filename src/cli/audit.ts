import { availableParallelism } from "node:os";
import { audit } from "../experiments/audit/audit.js";
import { type AuditConfig, parseAudit } from "../experiments/audit/config.js";
import { designOf, modes, type SettingDesign, trainingsOf } from "../experiments/audit/design.js";
import type { Effect } from "../experiments/audit/effects.js";
import { estimateTime } from "../experiments/audit/estimate.js";
import { findingsOf, sayContext, switchName } from "../experiments/audit/findings.js";
import { leftOut } from "../experiments/audit/left-out.js";
import type { ResponseName } from "../experiments/audit/responses.js";
import type { AuditResults, SettingResults } from "../experiments/audit/results.js";
import { switches } from "../experiments/audit/switches.js";
import type { ExperimentRecord } from "../experiments/record.js";
import { findTarget } from "../targets/registry.js";
import { counted } from "../text.js";
import type { AuditFlags } from "./commands/audit.js";
import { runExperiment } from "./experiment.js";
import { namingOptions } from "./option-names.js";
import { longDuration, print, printJson, short, table } from "./output.js";
import { ProgressLine } from "./progress.js";
import { exitCodes } from "./report.js";

/** Runs what `plateau audit` was told. @returns the exit code */
export async function runAudit(flags: AuditFlags): Promise<number> {
  const given = givenOf(flags);
  if (flags.dryRun)
    return dryRun(
      namingOptions(() => parseAudit(given), given),
      flags,
    );
  return runExperiment(audit, given, flags, describe);
}

/** The audit's own options. */
function givenOf(flags: AuditFlags): Record<string, unknown> {
  const {
    out: _,
    study: _s,
    workers: _w,
    resume: _r,
    json: _j,
    quiet: _q,
    dryRun: _d,
    factorial,
    ...own
  } = flags;
  // Commander has --no-factorial as true unless it is given.
  return { ...own, ...(factorial === false ? { factorial } : {}) };
}

/** The design first: timing takes a while. */
async function dryRun(config: AuditConfig, { workers, json, quiet }: AuditFlags): Promise<number> {
  const designs = designOf(config);
  const trainings = trainingsOf(designs, config);
  const left = leftOut(config);
  if (!json) {
    for (const design of designs) print(`${describeDesign(design)}\n`);
    print(describeLeftOut(config));
  }
  const line = new ProgressLine(quiet);
  const estimate = await estimateTime(trainings, config, {
    onProgress: (done, total) => line.show(`timing a few updates of each size of model: ${done} of ${total}`),
  });
  line.clear();
  const { coreSeconds, trainings: count, sizes, untimed } = estimate;
  const threads = workers ?? availableParallelism();
  const seconds = coreSeconds / Math.min(threads, count);
  if (json) {
    printJson({ config, designs: designs.map(plain), leftOut: left, ...estimate, seconds });
    return exitCodes.done;
  }
  const by = untimed > 0 ? ` (${untimed} of ${counted(sizes, "size")} of model by smaller ones)` : "";
  print(
    `${counted(count, "training")} of ${counted(config.steps, "update")} on ${counted(config.seeds, "seed")}.`,
  );
  print(
    `They take about ${longDuration(seconds)} on ${counted(threads, "thread")} while nothing else uses the cores${by}, measures included.`,
  );
  return exitCodes.done;
}

const describeLeftOut = (config: AuditConfig) => `Left out: ${leftOut(config).join("; ")}.`;

const plain = ({ setting, whole, cells, factorials }: SettingDesign) => ({
  ...setting,
  whole,
  cells,
  factorials,
});

function describeDesign({ setting, whole, cells, factorials }: SettingDesign): string {
  const counts = modes.map((mode) => `${cells.filter((cell) => cell.mode === mode).length} of ${mode}`);
  const lines = [
    `${sayContext(setting)}: ${whole ? "all designs" : "both protocols, and single switches of the study's"}, cells: ${counts.join(", ")}`,
  ];
  if (!whole) return lines.join("\n");
  const target = findTarget(setting.target);
  for (const { id, name, study, alternative, idle } of switches) {
    const idles = modes.flatMap((mode) => {
      const why = idle(mode, target);
      return why ? [`${mode}: cannot matter here, ${why}`] : [];
    });
    lines.push(
      `  ${id} ${name}: ${study} | ${alternative}${idles.length > 0 ? ` (${idles.join("; ")})` : ""}`,
    );
  }
  for (const mode of modes) {
    const plan = factorials[mode];
    if (!plan) continue;
    const made = plan.generators.map(({ factor, product }) => `${factor} = ${product.join("×")}`);
    lines.push(
      `  factorial, ${mode}: ${counted(plan.runs.length, "run")} of ${plan.factors.join(", ")}${made.length > 0 ? `; ${made.join(", ")}; resolution ${plan.resolution}` : ""}`,
    );
  }
  return lines.join("\n");
}

function describe({ config, results }: ExperimentRecord<AuditConfig, AuditResults>): string {
  const parts = results.settings.map((one) => {
    const findings = findingsOf(one).map(({ question, answer, lines }) =>
      [question, `   → ${answer}`, ...lines.map((line) => `     ${line}`)].join("\n"),
    );
    return [`${sayContext(one)}: ${counted(one.baselines.length, "seed")}`, ...findings, effectsTable(one)]
      .filter(Boolean)
      .join("\n\n");
  });
  return `${parts.join("\n\n")}\n\n${describeLeftOut(config)}`;
}

const shown: readonly (readonly [ResponseName, string])[] = [
  ["r2", "R²"],
  ["sup", "largest\nerror"],
  ["studyRate", "fails, as\nstudy measures"],
  ["excess", "over majority's,\nown classes"],
  ["excessCommon", "over majority's,\ncommon scale"],
  ["flatBeyond", "flat beyond\ntarget's"],
];

function effectsTable({ effects }: SettingResults): string {
  if (effects.length === 0) return "";
  const keys = [
    ...new Set(effects.map(({ mode, design, switch: id }) => JSON.stringify([mode, design, id]))),
  ];
  const rows = keys.map((key) => {
    const [mode, design, id] = JSON.parse(key) as [string, string, string];
    const own = effects.filter((one) => one.mode === mode && one.design === design && one.switch === id);
    return [
      `${mode}, ${design === "factorial" ? design : `from ${design}`}`,
      switchName(id),
      ...shown.map(([name]) => cell(own.find(({ response }) => response === name))),
    ];
  });
  const main = rows.filter(([, id]) => !id.includes("×"));
  return `Effects (alternative less the study's answer, ± half of the 95% interval; * leaves out 0):\n${table(
    ["", "switch", ...shown.map(([, title]) => title)],
    main,
    ["left", "left", ...shown.map(() => "right" as const)],
  )}`;
}

function cell(effect: Effect | undefined): string {
  if (!effect) return "–";
  const { value, low, high } = effect;
  const clear = low > 0 || high < 0 ? "*" : " ";
  return `${short(value)} ± ${Number(((high - low) / 2).toPrecision(2))}${clear}`;
}
