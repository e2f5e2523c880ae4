// What is printed anew in every run, and so not compared: durations, rates, versions, dates, times of day.
// Everything else is compared to the letter. Each rule keeps what stands around the number.
const varying: readonly [RegExp, string][] = [
  [/\b\d[\d.,]*(?= (?:seconds?|minutes?|min|h|ms|s)\b)/g, "#"], // 1.3 s, 12 min
  [/\b\d[\d.,]*(?=(?:ms|s)\b)/g, "#"], // 250ms
  [/\b\d[\d.,]*(?=\/s\b)/g, "#"], // 201/s
  [/("(?:seconds|updateSeconds|stepsPerSecond|updatesPerSecond|milliseconds|at)": )[\d.e+-]+/g, "$1#"],
  [/\bv?\d+\.\d+\.\d+(?:-[\w.]+)?\b/g, "#.#.#"],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?/g, "#-#-#"],
];

/** The same for two runs that computed the same. Trailing spaces count for nothing. */
export function masked(text: string): string {
  // A column of a table is as wide as what stands in it: a second more, and all of its lines are longer.
  const row = (line: string) =>
    /^[│┌├└]/.test(line) ? line.replace(/ {2,}/g, " ").replace(/─+/g, "─") : line;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => row(line.trimEnd()))
    .join("\n");
  return varying.reduce((all, [pattern, kept]) => all.replace(pattern, kept), lines);
}

/** Whether a run printed what a page says, where a line of … stands for any number of lines. */
export function agrees(said: string, printed: string): boolean {
  const literal = (line: string) => line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lines = masked(said).split("\n");
  const pattern = lines.map((line) => (line.trim() === "…" ? "(?:.*\\n)*?" : `${literal(line)}\\n`)).join("");
  return new RegExp(`^${pattern}$`).test(`${masked(printed)}\n`);
}
