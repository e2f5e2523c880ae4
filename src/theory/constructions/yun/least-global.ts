import { requireArguments } from "../../../arguments.js";
import { PlateauError } from "../../../errors.js";
import { contextNumbers } from "./contextual.js";
import { contextsOf, numbersOf, type YunConfig } from "./grid.js";
import { contexts, numbersBefore } from "./value.js";

/** Numbers that are held at once. */
const MOST = 2 ** 20;

/**
 * The least factor G ≥ 1 of the global shift that still gives every token of every context its own number, by
 * trying [ours]. The proof takes one that works whatever the numbers are, and so needs their square; a few
 * thousand numbers among billions are told apart by a much smaller one, and then float32 counts that far.
 * @throws PlateauError `memory` where there are too many contexts to try
 */
export function leastGlobal(config: YunConfig): number {
  requireArguments("leastGlobal", { config: [config, "object: dim inputTokens outputTokens cells"] });

  const count = contextsOf(config) * config.inputTokens;
  if (!(count <= MOST)) {
    throw new PlateauError(
      "memory",
      `the least global shift is looked for among at most ${MOST} numbers, not ${count}: take that of the proof`,
    );
  }
  const proof = numbersOf({ ...config, global: undefined }).shifted;
  const own = new Float64Array(count);
  const most = new Float64Array(count);
  const l = new Float64Array(config.inputTokens);
  let filled = 0;
  for (const context of contexts(config)) {
    numbersBefore(config, context, l);
    // With a global shift of 0 they are what the selective shifts leave.
    contextNumbers({ ...config, global: 0 }, l);
    let top = 0;
    for (const one of l) top = Math.max(top, one);
    for (const one of l) {
      own[filled] = one;
      most[filled++] = top;
    }
  }
  const numbers = new Float64Array(count);
  for (let G = 1; G < proof; G++) {
    for (let i = 0; i < count; i++) numbers[i] = own[i] + G * most[i];
    numbers.sort();
    if (numbers.every((one, i) => i === 0 || one !== numbers[i - 1])) return G;
  }
  return proof;
}
