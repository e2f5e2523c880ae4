import * as v from "valibot";
import { quote } from "../../errors.js";
import { encodeCheckpoint } from "../../training/checkpoint.js";
import { check } from "../../validate.js";
import { type FitConfig, fitConfig } from "../fit/config.js";
import { type BegunFit, FitDirectory } from "../fit/directory.js";
import { prepareFit, trainFit } from "../fit/fit.js";
import type { FitResult } from "../fit/result.js";
import { placeOfTable, readTableAt } from "../fit/table-place.js";
import { heldAt } from "../held.js";
import { fingerprintOf } from "../record.js";
import { partsOf } from "./parts.js";
import type { Repeatable } from "./repeatable.js";
import type { Repeated, Repeater } from "./repeater.js";

const KIND = "fit";
const schema = v.looseObject({
  config: v.looseObject({}),
  dataSha256: v.string("expected the SHA-256 of a table"),
  reading: v.optional(v.looseObject({})),
});

/** Of a result, what follows from its table and configuration to the last bit. */
async function repeated({
  weightsSha256,
  outcome,
  steps,
  best,
  evaluations,
  test,
}: FitResult): Promise<Repeated> {
  const results = { weightsSha256, training: { outcome, steps, best, evaluations }, test };
  return { fingerprint: await fingerprintOf(results), parts: await partsOf(results) };
}

/** What `plateau repeat` makes again of a finished fit, and what has to come out. */
export async function repeatableFit(begun: BegunFit, result: FitResult): Promise<Repeatable> {
  const { plateau, ...config } = begun;
  return { kind: KIND, plateau, config, ...(await repeated(result)) };
}

/** A fit to a table: what `plateau fit --data` does. The table has to be where it was. */
export const repeatFit: Repeater<BegunFit> = {
  kind: KIND,
  parse(input) {
    const { config, ...rest } = check("config", schema, input);
    return { plateau: "", ...rest, config: fitConfig(config as unknown as FitConfig) };
  },
  describe: ({ config: { output, data, seed } }) => `${quote(output)} of ${quote(data)}, seed ${seed}`,
  async run(begun, { folder, signal, onProgress }) {
    const table = await readTableAt(await placeOfTable(begun, "the report"), begun);
    const prepared = prepareFit(table, begun.config);
    const directory =
      heldAt(folder) === "fit" ? FitDirectory.open(folder) : await FitDirectory.create(folder, prepared);
    if (directory.finished) return repeated(directory.result());
    const fit = await trainFit(prepared, {
      signal,
      resume: await directory.checkpoint(),
      onCheckpoint: async (state) =>
        directory.saveCheckpoint(await encodeCheckpoint(state, directory.identity)),
      onProgress: ({ update, total }) => onProgress?.(`update ${update} of ${total}`, update / total),
    });
    return repeated(await directory.finish(fit));
  },
};
