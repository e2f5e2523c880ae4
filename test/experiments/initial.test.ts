import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { initialOf } from "../../src/experiments/initial.js";
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
