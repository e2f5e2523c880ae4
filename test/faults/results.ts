import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** What came of one fault at one point. */
export interface Attempt {
  readonly run: string;
  readonly by: string;
  readonly kind: string;
  readonly point: string;
  /** Whether the point was reached. */
  readonly struck: boolean;
  readonly problem?: string;
}

/** The points that a run was seen to have. */
interface Seen {
  readonly run: string;
  readonly by: string;
  readonly points: readonly string[];
}

/** All that was tried, in a file: a line each, so that what was done is counted wherever it stopped. */
export class Results {
  readonly #file: string;
  readonly #seen = new Map<string, Set<string>>();
  readonly #attempts = new Map<string, Attempt>();

  constructor(file: string) {
    this.#file = file;
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    for (const line of lines) {
      if (line === "") continue;
      const entry = JSON.parse(line) as Attempt | Seen;
      if ("points" in entry) this.#see(entry);
      else this.#attempts.set(keyOf(entry), entry);
    }
  }

  see(seen: Seen): void {
    this.#see(seen);
    appendFileSync(this.#file, `${JSON.stringify(seen)}\n`);
  }

  add(attempt: Attempt): void {
    this.#attempts.set(keyOf(attempt), attempt);
    appendFileSync(this.#file, `${JSON.stringify(attempt)}\n`);
  }

  /** Whether a fault was tried already, and well: one that was not survived is tried again. */
  has(attempt: Omit<Attempt, "struck">): boolean {
    const found = this.#attempts.get(keyOf(attempt));
    return found !== undefined && found.problem === undefined;
  }

  get problems(): readonly Attempt[] {
    return [...this.#attempts.values()].filter(({ problem }) => problem !== undefined);
  }

  /** Points that were seen, and at which nothing has ever failed. */
  get missed(): string[] {
    const struck = new Set([...this.#attempts.values()].flatMap((one) => (one.struck ? [placeOf(one)] : [])));
    return [...this.#seen].flatMap(([where, points]) =>
      [...points].map((point) => `${where}: ${point}`).filter((place) => !struck.has(place)),
    );
  }

  /** One row for each kind of fault: points that there are, and how many of them were tried, reached and survived. */
  get rows(): string[] {
    const counts = new Map<string, { points: number; tried: number; struck: number; survived: number }>();
    for (const { run, by, kind, struck, problem } of this.#attempts.values()) {
      const name = `${run} | ${by} | ${kind}`;
      const points = this.#seen.get(`${run}, ${by}`)?.size ?? 0;
      const row = counts.get(name) ?? { points, tried: 0, struck: 0, survived: 0 };
      row.tried++;
      if (struck) row.struck++;
      if (problem === undefined) row.survived++;
      counts.set(name, row);
    }
    return [...counts].map(
      ([name, { points, tried, struck, survived }]) =>
        `| ${name} | ${points} | ${tried} | ${struck} | ${survived} |`,
    );
  }

  #see({ run, by, points }: Seen): void {
    const where = `${run}, ${by}`;
    const known = this.#seen.get(where) ?? new Set();
    for (const point of points) known.add(point);
    this.#seen.set(where, known);
  }
}

const placeOf = ({ run, by, point }: Attempt) => `${run}, ${by}: ${point}`;
const keyOf = ({ run, by, kind, point }: Omit<Attempt, "struck">) => [run, by, kind, point].join("\n");
