import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment, identity } from "../../src/experiments/config.js";
import { initialOf } from "../../src/experiments/initial.js";
import { initialModel, type Run, run } from "../../src/experiments/run.js";
import { findTarget } from "../../src/targets/registry.js";

test("yun as a start: what is too fine is told the same δ as what has too many layers, and that δ trains", (t) => {
  const target = findTarget("x*y on x=0:1,y=0:1");
  const refused = (init: string) => {
    const error = t.throws(() => initialOf(init, target, 1), { instanceOf: PlateauError });
    return /δ = 1\/(\d+)(?: or more has one|\))/.exec(error.message)?.[1];
  };
  const best = refused("construct:yun(100000)");
  t.is(refused("construct:yun(64)"), best);
  const { architecture } = initialOf(`construct:yun(${best})`, target, 1);
  t.is(architecture.kind, "yun");
  t.is(refused(`construct:yun(${Number(best) + 1})`), best);
});

test("random: is the construction's architecture, with weights that the seed draws", async (t) => {
  const common = { target: "sine", steps: 3, trainRows: 256, validationRows: 64, testRows: 64 };
  const [written, drawn, again, other] = await Promise.all(
    [
      { init: "construct:partition(8)" },
      { init: "random:partition(8)" },
      { init: "random:partition(8, order=1)" },
      { init: "random:partition(8)", seed: 1 },
    ].map((one) => run({ ...common, ...one })),
  );
  const hash = ({ result }: Run) => result.weightsSha256;
  t.is(drawn.result.parameters, written.result.parameters);
  t.is(hash(drawn), hash(again), "options at their defaults are the same run");
  t.not(hash(drawn), hash(written));
  t.not(hash(drawn), hash(other));
  t.not(identity(drawn.experiment), identity(written.experiment));
  t.is(identity(drawn.experiment), identity(again.experiment));
  t.not(
    identity(drawn.experiment),
    identity(defineExperiment({ ...drawn.experiment.config, initialization: "kaiming-normal" })),
  );
  const start = initialModel(drawn.experiment).stateDict().get("memory.keys")!.data as Float32Array;
  t.true(start.some((value) => value !== 0));
  t.throws(() => initialOf("drawn:partition", findTarget("sine"), 1), {
    message: /drawn:partition.*random:/,
  });
});
