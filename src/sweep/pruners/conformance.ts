import { requireArguments } from "../../arguments.js";
import { check } from "../../validate.js";
import type { ConformanceCase } from "../conformance.js";
import { directions } from "../trial.js";
import { bestOf, curve, STEPS, TRIALS, trialOf } from "./made-up-study.js";
import type { Decision, Judge, Pruner, PrunerDefinition } from "./pruner.js";
import { withoutChance } from "./without-chance.js";

/** How a pruner is made for its conformance cases. */
export interface PrunerConformanceOptions {
  /** The pruner's options. Default: its own defaults. */
  readonly options?: unknown;
  /** What they are where every value is negated and more is better. Default: the same. */
  readonly mirrored?: unknown;
}

/** How a study is played. */
interface Play {
  /** Values are negated, and more is better. Default: no. */
  readonly mirror?: boolean;
  /** When a trial reports: before the next begins (default), while the next ones run, or after all have begun. */
  readonly order?: "in turn" | "overlapping" | "at the end";
  /** What is told first, and then again: all to the same judge, some to it, all to another judge of the trial. */
  readonly again?: "all" | "some" | "other";
  /** Stands in place of some values. */
  readonly bad?: number;
}

/** Trial n begins when trial n − 4 has ended. */
const LOOKAHEAD = 4;

/**
 * What every pruner must do, whoever wrote it, as cases for any test runner:
 * `for (const { name, run } of prunerConformance(mine)) test(name, run)`.
 * All are played on one made-up study: 60 curves of 40 reports, of trials that complete, are pruned,
 * diverge and fail.
 * @throws PlateauError `usage` on options that the pruner's schema refuses
 */
export function* prunerConformance(
  definition: PrunerDefinition,
  asked: PrunerConformanceOptions = {},
): Iterable<ConformanceCase> {
  requireArguments("prunerConformance", {
    definition: [definition, "PrunerDefinition: name description usesHistory schema"],
    asked: [asked, "object?"],
  });
  const { options = {}, mirrored = options } = asked;
  const what = `options of ${definition.name}`;
  const checked = [options, mirrored].map((given) => check(what, definition.schema, given));
  const create = (mirror = false): Pruner =>
    definition.create({
      seed: 1,
      direction: mirror ? "maximize" : "minimize",
      options: checked[mirror ? 1 : 0],
    });
  const play = (how: Play = {}) => playStudy(create(how.mirror), definition.usesHistory, how);
  const one = (name: string, run: () => void): ConformanceCase => ({
    name: `${definition.name}: ${name}`,
    run,
  });

  yield one("fresh instances decide the same", () => {
    same(play(), play(), "a second instance");
  });

  yield one("a judge goes by what was observed when its trial began, and by no other trial's reports", () => {
    same(play(), play({ order: "overlapping" }), "where trials were observed while it ran, its judge");
    same(
      play(),
      play({ order: "at the end" }),
      "where all trials were observed before it reported, its judge",
    );
  });

  yield one("a trial that reports again from its first step hears the same again", () => {
    same(play(), play({ again: "all" }), "its judge, told all again,");
    same(play(), play({ again: "some" }), "its judge, told again after it was cut short,");
    same(play(), play({ again: "other" }), "another judge of the same trial");
  });

  yield one("to maximise negated values is to minimise them", () => {
    same(play(), play({ mirror: true }), "with every value negated, it");
  });

  yield one("NaN, infinities, and trials that failed or reported nothing do not confuse it", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      same(play({ bad }), play({ bad }), `with ${bad} among the values, a second instance`);
      const pruner = create();
      if (definition.usesHistory) {
        for (let n = 0; n < 20; n++) {
          pruner.observe({ ...trialOf(n, { bad }), reports: [], state: "failed", value: null });
        }
      }
      const judge = pruner.begin(20);
      for (let step = 1; step <= STEPS; step++) valid(judge(step, bad));
    }
  });

  yield one("decides where nothing was observed", () => {
    const judge = create().begin(0);
    for (let step = 1; step <= STEPS; step++) valid(judge(step, curve(0, step)));
  });

  yield one("uses neither chance nor clocks", () => {
    withoutChance(() => play());
  });

  if (!definition.usesHistory) return;
  yield one("the best trial so far goes on", () => {
    for (const direction of directions) {
      const mirror = direction === "maximize";
      const pruner = create(mirror);
      for (let n = 0; n < TRIALS; n++) {
        const judge = pruner.begin(n);
        for (let step = 1; step <= STEPS; step++) {
          const value = mirror ? -bestOf(step) : bestOf(step);
          if (valid(judge(step, value)) === "continue") continue;
          throw new Error(
            `trial ${n} had the best value of all at step ${step} (${value}, to ${direction}) and was stopped: ` +
              "a pruner that goes by other trials must let it go on",
          );
        }
        pruner.observe(trialOf(n, { mirror, bad: Number.NaN }));
      }
    }
  });
}

/** Plays all trials. Returns what each heard, as "trial 7 goes on" or "trial 7 stops at step 12". */
function playStudy(
  pruner: Pruner,
  observes: boolean,
  { mirror = false, order = "in turn", again, bad }: Play,
): string[] {
  const stops: (number | undefined)[] = [];
  const told = new Uint8Array(TRIALS);
  /** Tells a judge the next reports of its trial. */
  const tell = (judge: Judge, n: number, from: number, to: number): number | undefined => {
    for (let step = from; step <= to; step++) {
      const value = bad !== undefined && (7 * n + step) % 31 === 0 ? bad : curve(n, step);
      if (valid(judge(step, mirror ? -value : value)) === "stop") return step;
    }
    return undefined;
  };
  const tellMore = (judge: Judge, n: number, count: number) => {
    if (stops[n] !== undefined) return;
    stops[n] = tell(judge, n, told[n] + 1, Math.min(STEPS, told[n] + count));
    told[n] = Math.min(STEPS, told[n] + count);
  };
  const judges: Judge[] = [];
  for (let n = 0; n < TRIALS; n++) {
    if (observes && n >= LOOKAHEAD) pruner.observe(trialOf(n - LOOKAHEAD, { mirror, bad }));
    const judge = pruner.begin(n);
    judges.push(judge);
    if (again === "all") tell(judge, n, 1, STEPS);
    if (again === "some") tell(judge, n, 1, 3 + (n % 11));
    if (again === "other") tell(pruner.begin(n), n, 1, STEPS);
    if (order === "in turn") tellMore(judge, n, STEPS);
    if (order === "overlapping") {
      for (let m = Math.max(0, n - LOOKAHEAD + 1); m <= n; m++) tellMore(judges[m], m, STEPS / LOOKAHEAD);
    }
  }
  for (let n = TRIALS - 1; n >= 0; n--) tellMore(judges[n], n, STEPS);
  return stops.map((step, n) => `trial ${n} ${step === undefined ? "goes on" : `stops at step ${step}`}`);
}

function valid(decision: Decision): Decision {
  if (decision === "continue" || decision === "stop") return decision;
  throw new Error(`a judge returned ${JSON.stringify(decision)}: expected "continue" or "stop"`);
}

function same(expected: readonly string[], found: readonly string[], who: string): void {
  const at = expected.findIndex((line, i) => line !== found[i]);
  if (at < 0) return;
  throw new Error(
    `${expected[at]}, but ${who} decided that ${found[at]}: a decision must be a function of the context, ` +
      "of the trials observed when the trial began, and of its own reports",
  );
}
