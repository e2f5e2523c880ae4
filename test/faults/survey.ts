import { existsSync, rmSync } from "node:fs";
import type { Injector, Kind } from "./points.js";
import type { Scenario } from "./scenarios.js";
import { continued, disturbed, inTime, ready, requireRemedy, undisturbed } from "./trial.js";

/** What came of one kind of fault. */
export interface Row {
  readonly kind: string;
  readonly points: number;
  readonly tried: number;
  /** How many of them were reached. */
  readonly struck: number;
  readonly survived: number;
  readonly problems: readonly string[];
}

export interface SurveyOptions {
  readonly kinds: readonly Kind[];
  /** Each nth point. */
  readonly every: number;
  readonly root: string;
}

/** Each kind of fault at each point of a scenario, and for worker threads at each of their messages. */
export async function* survey(
  scenario: Scenario,
  injector: Injector,
  { kinds, every, root }: SurveyOptions,
): AsyncGenerator<Row> {
  const { points, outcome } = await undisturbed(scenario, injector, root);
  const of = async (
    kind: string,
    last: number,
    begin: number,
    attempt: (point: number) => Promise<string | undefined>,
  ) => {
    const problems: string[] = [];
    let [tried, struck] = [0, 0];
    const step = Math.min(every, Math.ceil(last / 4));
    for (let point = 1 + (begin % step); point <= last; point += step) {
      tried++;
      try {
        if (await attempt(point)) struck++;
      } catch (error) {
        struck++;
        problems.push(`${scenario.name}, ${kind} at point ${point}: ${(error as Error).message}`);
      }
    }
    return { kind, points: last, tried, struck, survived: tried - problems.length, problems };
  };
  for (const [number, kind] of kinds.entries()) {
    yield await of(kind, points, number, (point) =>
      disturbed(scenario, injector, { point, kind }, outcome, root),
    );
  }
  if (kinds.includes("ENOSPC")) {
    yield await of("ENOSPC from there on", points, 0, (point) =>
      disturbed(scenario, injector, { point, kind: "ENOSPC", stays: true }, outcome, root),
    );
  }
  if (!scenario.threads || injector.name !== "calls") return;
  for (const kind of ["throw", "exit"]) {
    yield await of(`message from a worker: ${kind}`, MESSAGES, 0, async (point) => {
      const folder = ready(scenario, root);
      const once = `${folder}-struck`;
      process.env["PLATEAU_FAULT_IN_WORKER"] = `${point} ${kind} ${once}`;
      try {
        requireRemedy(await inTime(scenario.begin(folder)));
      } finally {
        delete process.env["PLATEAU_FAULT_IN_WORKER"];
      }
      await continued(scenario, folder, outcome);
      const struck = existsSync(once);
      rmSync(once, { recursive: true, force: true });
      return struck ? kind : undefined;
    });
  }
}

/** Messages of a worker that are tried: more than the first trial sends. */
const MESSAGES = 16;
