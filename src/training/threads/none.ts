import { PlateauError } from "../../errors.js";
import type { threadCrew as inNode } from "./crew.js";

/** What stands for worker threads in a page, where none of ours can be started. */
export const threadCrew: typeof inNode = async (_engine, _work, threads) => {
  throw new PlateauError(
    "usage",
    `threads is ${threads}: pages train on one thread (the slices, and so the bits, stay the same)`,
  );
};
