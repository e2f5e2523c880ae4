import { PlateauError, quote } from "../errors.js";
import { trainingTask, trialExperiment } from "../experiments/sweep/task.js";
import { writeFileAtomic } from "../files/atomic.js";
import { writeCsv, writeParquet } from "../formats/write-table.js";
import { exportTrials, trialTable } from "../sweep/export.js";
import { type Importance, importance } from "../sweep/insight/importance.js";
import { listed, pickStudy } from "../sweep/pick.js";
import { Space } from "../sweep/space/space.js";
import { openSqlite } from "../sweep/storage/sqlite.js";
import type { Storage, StoredTrial, StudyStorage, StudySummary } from "../sweep/storage/storage.js";
import type { TrialState } from "../sweep/trial.js";
import { shellWord } from "../text.js";
import { note, percent, print, printJson, table, whole } from "./output.js";
import { exitCodes } from "./report.js";
import {
  describeBest,
  describeCounts,
  describeParameters,
  describeStudy,
  describeValue,
} from "./sweep-view.js";

/** What a study is exported as. */
export const formats = ["csv", "parquet", "json"] as const;

/** Flags of `plateau study …`. */
export interface Flags {
  name?: string;
  json?: boolean;
  state?: TrialState[];
  format?: (typeof formats)[number];
  output?: string;
  config?: string;
}

/** Below this share of variance that is predicted of unseen trials, importance says little. */
const RELIABLE = 0.5;

type Action = (file: string, flags: Flags) => number | Promise<number>;

async function reading<R>(file: string, read: (storage: Storage) => R | Promise<R>): Promise<R> {
  const storage = openSqlite(file, { readonly: true });
  try {
    return await read(storage);
  } finally {
    storage.close();
  }
}

export const list: Action = (file, { json }) =>
  reading(file, (storage) => {
    const found = storage.list();
    if (json) {
      printJson({ studies: found.map((one) => ({ ...one, best: bestOf(storage, one) })) });
    } else if (found.length === 0) print(`${file} holds no study yet`);
    else {
      const head = ["study", "trials", ...["complete", "pruned", "failed", "diverged", "open"], "best"];
      const rows = found.map((one) => {
        const { waiting, running, complete, pruned, diverged, failed } = one.states;
        const all = waiting + running + complete + pruned + diverged + failed;
        const trial = listed(storage, one.name).best();
        const counts = [all, complete, pruned, failed, diverged, waiting + running];
        const { shard } = one.definition;
        const named = shard === undefined ? one.name : `${one.name} (shard ${shard})`;
        return [named, ...counts.map(whole), trial ? describeValue(trial) : "–"];
      });
      print(table(head, rows));
    }
    return exitCodes.done;
  });

function bestOf(storage: Storage, { name }: StudySummary): { number: number; value: number | null } | null {
  const trial = listed(storage, name).best();
  return trial ? { number: trial.number, value: trial.value } : null;
}

export const show: Action = (file, { name, json }) =>
  reading(file, async (storage) => {
    const found = pickStudy(storage, name);
    const { definition } = found;
    const states = found.states();
    const weight = importanceOf(found);
    if (json) {
      printJson({
        ...definition,
        plateau: found.plateau,
        states,
        best: found.best() ?? null,
        importance: typeof weight === "string" ? null : weight,
      });
      return exitCodes.done;
    }
    const { seed, seeds, lookahead } = definition;
    print(describeStudy(definition));
    print(
      `seed ${seed}, ${seeds} ${seeds === 1 ? "seed" : "seeds"} a trial, lookahead ${lookahead}, made by plateau ${found.plateau}`,
    );
    const counts = describeCounts(states);
    print(counts.length > 0 ? counts.join(", ") : "no trials yet");
    const top = topTrials(found, 5);
    if (top.length > 0) {
      print(
        table(
          ["trial", "value", "parameters"],
          top.map((one) => [String(one.number), describeValue(one), describeParameters(one.parameters)]),
          ["right", "right", "left"],
        ),
      );
    }
    print(describeImportance(weight));
    return exitCodes.done;
  });

/** Shares of the parameters, or why there are none. */
function importanceOf(found: StudyStorage): Importance | string {
  const { space, direction } = found.definition;
  try {
    return importance.see({ trials: [...found.trials(["complete"])], space: new Space(space), direction });
  } catch (error) {
    if (error instanceof PlateauError && error.code === "usage") return error.message;
    throw error;
  }
}

function describeImportance(found: Importance | string): string {
  if (typeof found === "string") return found;
  const shares = found.parameters.map(({ name, share }) => `${name} ${percent(share.value)}`);
  const [pair] = found.pairs;
  const together =
    pair && pair.share.value >= 0.05 ? `; ${pair.names.join(" with ")} ${percent(pair.share.value)}` : "";
  const line = `importance (share of the variance): ${shares.join(", ")}${together}`;
  return found.explained >= RELIABLE
    ? line
    : `${line}; not to be relied on yet: ${found.trials} trials predict ${percent(found.explained)} of the variance of others`;
}

function topTrials(found: StudyStorage, count: number): StoredTrial[] {
  const sign = found.definition.direction === "minimize" ? 1 : -1;
  const top: StoredTrial[] = [];
  for (const trial of found.trials(["complete"])) {
    top.push(trial);
    top.sort((a, b) => sign * (a.value! - b.value!) || a.number - b.number);
    if (top.length > count) top.pop();
  }
  return top;
}

export const best: Action = (file, { name, json, config }) =>
  reading(file, (storage) => {
    const found = pickStudy(storage, name);
    const trial = found.best();
    if (!trial) {
      throw new PlateauError("study", `study ${quote(found.definition.name)} has no complete trial yet`);
    }
    const { objective, task } = found.definition;
    const options =
      objective === "training"
        ? trialExperiment(trainingTask(task), trial.parameters, trial.seeds[0])
        : undefined;
    if (config !== undefined) {
      if (!options)
        throw new PlateauError(
          "usage",
          "--config is for studies of trained models: this one has an objective of its own",
        );
      writeFileAtomic(config, `${JSON.stringify(options, null, 2)}\n`);
    }
    if (json)
      printJson({ ...trial, replicates: found.replicates(trial.number), ...(options ? { options } : {}) });
    else {
      print(describeBest(trial));
      const { shard } = found.definition;
      if (shard !== undefined)
        note(`that is the best of shard ${shard} alone: plateau study merge makes the whole study`);
      const [first] = found.replicates(trial.number);
      const { weightsSha256 } = (first?.result ?? {}) as { weightsSha256?: string };
      const whose = trial.seeds.length > 1 ? "the model of its first seed" : "its model";
      if (weightsSha256) print(`${whose}: weights sha256 ${weightsSha256}`);
      if (config !== undefined)
        note(
          `${whose} is trained, to the same bits, by: plateau train --config ${shellWord(config)} --out DIR`,
        );
      else if (options)
        print(
          `${whose}: plateau study best ${shellWord(file)} --name ${shellWord(found.definition.name)} --config best.json, then plateau train --config best.json --out DIR`,
        );
    }
    return exitCodes.done;
  });

export const trials: Action = (file, { name, json, state }) =>
  reading(file, (storage) => {
    const found = [...pickStudy(storage, name).trials(state)];
    if (json) printJson({ trials: found });
    else if (found.length === 0) print("no such trials");
    else {
      const rows = found.map((one) => [
        String(one.number),
        one.state,
        describeValue(one),
        one.seconds === null ? "–" : one.seconds.toFixed(1),
        describeParameters(one.parameters),
        one.error?.message ?? "",
      ]);
      print(
        table(["trial", "state", "value", "seconds", "parameters", "error"], rows, [
          "right",
          "left",
          "right",
          "right",
          "left",
          "left",
        ]),
      );
    }
    return exitCodes.done;
  });

/** What a file is to hold, by the ending of its name. @throws PlateauError `usage` for an ending that says nothing */
function formatOf(output: string | undefined): (typeof formats)[number] {
  if (output === undefined) return "csv";
  const ending = formats.find((one) => output.toLowerCase().endsWith(`.${one}`));
  if (ending) return ending;
  const known = formats.map((one) => `.${one}`).join(", ");
  throw new PlateauError(
    "usage",
    `cannot tell what to write as ${quote(output)}: let its name end with ${known}, or give --format`,
  );
}

export const exportStudy: Action = (file, { name, format: given, output }) =>
  reading(file, async (storage) => {
    const found = pickStudy(storage, name);
    const format = given ?? formatOf(output);
    let content: string | Uint8Array;
    if (format === "json") {
      const { definition } = found;
      content = `${JSON.stringify({ definition, trials: [...exportTrials(found)] }, null, 2)}\n`;
    } else {
      const { columns, rows } = trialTable(found);
      content = format === "csv" ? writeCsv(columns, rows) : await writeParquet(columns, rows);
    }
    if (output !== undefined) {
      writeFileAtomic(output, content);
      const { shard } = found.definition;
      const of = shard === undefined ? "" : ` of shard ${shard}`;
      note(`${whole(found.count())} trials${of} in ${output}`);
    } else if (typeof content === "string") process.stdout.write(content);
    else if (process.stdout.isTTY)
      throw new PlateauError("usage", "a Parquet file is not for a terminal: give -o FILE");
    else process.stdout.write(content);
    return exitCodes.done;
  });

export const remove: Action = (file, { name }) => {
  const storage = openSqlite(file, { create: false });
  try {
    if (name === undefined) {
      const names = storage
        .list()
        .map((one) => quote(one.name))
        .join(", ");
      throw new PlateauError(
        "usage",
        `which study of ${quote(file)} is to be removed? give its --name (there are: ${names || "none"})`,
      );
    }
    const found = pickStudy(storage, name);
    const count = found.count();
    storage.remove(name);
    note(`removed study ${quote(name)} with ${whole(count)} trials from ${file}`);
    return exitCodes.done;
  } finally {
    storage.close();
  }
};
