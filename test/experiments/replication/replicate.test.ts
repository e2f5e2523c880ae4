import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { replicate } from "../../../src/experiments/replication/replicate.js";
import { failureRows } from "../../../src/experiments/replication/tables.js";
import { readNpy } from "../../../src/formats/npy.js";
import { folder, small } from "./small.js";

test("the same bits on one worker, on two, and stopped and continued", async (t) => {
  const config = replicate.parse(small);
  const one = await replicate.run(config, { folder: folder(t), workers: 1 });
  const two = await replicate.run(config, { folder: folder(t), workers: 2 });
  t.is(two.fingerprint, one.fingerprint);

  const path = folder(t);
  const stop = new AbortController();
  const shares: number[] = [];
  const stopped = await t.throwsAsync(
    replicate.run(config, {
      folder: path,
      workers: 2,
      signal: stop.signal,
      onProgress(_, share) {
        shares.push(share);
        if (share > 0.3) stop.abort();
      },
    }),
    { instanceOf: PlateauError },
  );
  t.is((stopped as PlateauError).code, "aborted");
  const continued = await replicate.run(config, { folder: path, workers: 1 });
  t.is(continued.fingerprint, one.fingerprint);
  t.true(shares.every((share) => share >= 0 && share <= 1));
  t.true(continued.environment.seconds > 0);
});

test("each setting has a sweep, replicas on the same seeds, intervals and baselines; attention is in files", async (t) => {
  const path = folder(t);
  const config = replicate.parse({ ...small, targets: ["m4n3"], saveAttention: true });
  const notes: string[] = [];
  const { results } = await replicate.run(config, {
    folder: path,
    workers: 2,
    onNote: (text) => notes.push(text),
  });
  const [regression, classification] = results.settings;
  t.deepEqual(
    results.settings.map(({ name }) => name),
    ["m4n3 d4 regression sinusoidal", "m4n3 d4 K5 sinusoidal"],
  );
  t.is(notes.length, 2);
  for (const one of results.settings) {
    t.is(one.sweep.complete + one.sweep.diverged + one.sweep.failed, config.trials);
    t.is(one.replicas.length, config.seeds);
    t.is(one.baselines.length, config.seeds);
    const { value, low, high } = one.failureRate!["1"];
    t.true(low! >= 0 && low! <= value && value <= high! && high! <= 1);
    t.true(one.failureRate!["4"].value <= value);
  }
  t.deepEqual(
    regression.replicas.map(({ seed }) => seed),
    classification.replicas.map(({ seed }) => seed),
  );
  t.true(regression.baselines[0].mean.failureRate!["1"] > 0.9);
  t.is(regression.baselines[0].majority.failureRate, undefined);
  t.true(classification.baselines[0].majority.failureRate!["1"] < 1);
  t.is(failureRows(results).length, 2 * 4);
  for (const setting of ["m4n3-d4-regression-sinusoidal", "m4n3-d4-K5-sinusoidal"]) {
    const at = join(path, "attention", setting);
    t.true(existsSync(join(at, "axes.json")));
    const { blocks } = JSON.parse(readFileSync(join(at, "axes.json"), "utf8"));
    const { name, shape } = blocks[0];
    t.deepEqual(shape.slice(1), [4, 4]);
    const bytes = readFileSync(join(at, `${name}.npy`));
    t.is(bytes.length % 64, (4 * shape[0] * 16) % 64);
    t.true(new TextDecoder("latin1").decode(bytes).includes(`'shape': (${shape.join(", ")})`));
    if (shape[0] === 1) t.is(readNpy(bytes).data.length, 16);
  }
});
