import type { Injector } from "./points.js";
import type { Results } from "./results.js";
import type { Scenario } from "./scenarios/scenario.js";
import { disturbed, undisturbed } from "./trial.js";

export interface SurveyOptions {
  /** Default: all that the injector has. */
  readonly kinds?: readonly string[];
  /** Each nth point. */
  readonly every: number;
  readonly root: string;
  readonly results: Results;
  /** Called with how far it is. */
  readonly onProgress: (text: string) => void;
}

/** Undisturbed runs that points are gathered from: those that all of them have. What comes with time varies. */
const LOOKS = 2;
/** How often a point is tried that is not reached. */
const TRIES = 3;
/** How many faults are tried until that is said. */
const SAID = 20;

/** Each kind of fault at each point of a scenario, but for what the results have already. */
export async function survey(scenario: Scenario, injector: Injector, options: SurveyOptions): Promise<void> {
  const { every, root, results, onProgress } = options;
  const { name: run } = scenario;
  const { name: by } = injector;
  const looks = new Map<string, number>();
  let expected: string | undefined;
  for (let i = 0; i < LOOKS; i++) {
    const { points, outcome } = await undisturbed(scenario, injector, root);
    for (const point of points) looks.set(point, (looks.get(point) ?? 0) + 1);
    expected ??= outcome;
    if (outcome !== expected) throw new Error(`${run} comes to different things by itself`);
  }
  const points = [...looks].flatMap(([point, count]) => (count === LOOKS ? [point] : []));
  results.see({ run, by, points });
  const kinds = injector.kinds.filter((kind) => options.kinds?.includes(kind) ?? true);
  for (const [k, kind] of kinds.entries()) {
    const all = points.filter((point) => injector.applies?.(kind, point) ?? true);
    const step = Math.min(every, Math.ceil(all.length / 2));
    const chosen = all.filter((_, i) => i % step === k % step);
    let tried = 0;
    for (const point of chosen) {
      tried++;
      if (results.has({ run, by, kind, point })) continue;
      const attempt = async () => {
        for (let i = 0; i < TRIES; i++)
          if (await disturbed(scenario, injector, { point, kind }, expected!, root)) return true;
        return false;
      };
      try {
        results.add({ run, by, kind, point, struck: await attempt() });
      } catch (error) {
        const { message } = error as Error;
        results.add({ run, by, kind, point, struck: true, problem: message });
        onProgress(`${run}, ${by}, ${kind} at ${point}: ${message}`);
      }
      if (tried % SAID === 0) onProgress(`${run}, ${by}, ${kind}: ${tried} of ${chosen.length} points`);
    }
  }
}
