import { mergeShards } from "../sweep/merge.js";
import { counted, shellWord } from "../text.js";
import { note, print, printJson } from "./output.js";
import { exitCodes } from "./report.js";
import { describeCounts } from "./sweep-view.js";

/** Flags of `plateau study merge`. */
export interface MergeFlags {
  output: string;
  name?: string;
  json?: boolean;
}

/** Numbers that are told one by one. */
const MOST_TOLD = 10;

/**
 * Runs `plateau study merge`.
 * @returns the exit code: 1 where trials are left to be run
 */
export function runMerge(files: readonly string[], { output, name, json }: MergeFlags): number {
  const merged = mergeShards(files, output, name === undefined ? {} : { name });
  const { study, shards, missing, open, states } = merged;
  if (json) printJson(merged);
  else {
    print(`study ${study} of ${counted(shards, "shard")} in ${output}: ${describeCounts(states).join(", ")}`);
  }
  const where = `${shellWord(output)} --name ${shellWord(study)}`;
  if (open.length === 0 && missing.length === 0) {
    if (!json) print(`next: plateau study best ${where}`);
    return exitCodes.done;
  }
  const told = listed(missing.map((index) => `${index}/${shards}`));
  if (open.length === 0) {
    note(`no file was given of shard ${told}, and how many trials it has is not known: merge it, too`);
    return exitCodes.failed;
  }
  if (missing.length > 0) note(`no file was given of shard ${told}: its trials wait`);
  note(`${counted(open.length, "trial")} not ended: ${listed(open)}`);
  const trials =
    open.length + Object.values(states).reduce((a, b) => a + b, 0) - states.waiting - states.running;
  note(
    `merge again when there is more of the shards, or run the rest here: plateau sweep --study ${where} --trials ${trials} --resume`,
  );
  return exitCodes.failed;
}

function listed(all: readonly (string | number)[]): string {
  const told = all.slice(0, MOST_TOLD).join(", ");
  return all.length > MOST_TOLD ? `${told} and ${all.length - MOST_TOLD} more` : told;
}
