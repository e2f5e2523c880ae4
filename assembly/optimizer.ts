// One update of all parameters, bound by memory: each buffer is read and written once. Weights and moments that
// are tiny (see `TINY`) become 0. Formulas and
// their order of operations are PyTorch's, float32. hyper is f32[10]: learning rate, β1 (or
// momentum), β2, ε, weight decay, 1 − β1^t, √(1 − β2^t), the factor that clipping puts on every gradient,
// 1 − β1 and 1 − β2 (given, not computed from their float32 β: that would cost 1 − 0.999 five digits).

import { scratch } from "./scratch";
import { kept, keptOne, TINY } from "./simd";

/** v = momentum·v + (g·gradScale + wd·p); p −= lr·v. All [n]. velocity 0: plain p −= lr·g. */
export function sgdUpdate(p: usize, velocity: usize, g: usize, n: i32, hyper: usize): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const lr = load<f32>(hyper), momentum = load<f32>(hyper, 4);
  const decay = load<f32>(hyper, 16), gradScale = load<f32>(hyper, 28);
  const rate = f32x4.splat(lr), keep = f32x4.splat(momentum);
  const pull = f32x4.splat(decay), factor = f32x4.splat(gradScale);
  const tiny = v128.load32_splat(TINY, 4), tinyMoment = v128.load32_splat(TINY, 8);
  let i: usize = 0;
  for (; i < body; i += 32) {
    const p0 = v128.load(p + i), p1 = v128.load(p + i, 16);
    let d0 = f32x4.add(f32x4.mul(v128.load(g + i), factor), f32x4.mul(p0, pull));
    let d1 = f32x4.add(f32x4.mul(v128.load(g + i, 16), factor), f32x4.mul(p1, pull));
    if (velocity) {
      d0 = kept(f32x4.add(f32x4.mul(v128.load(velocity + i), keep), d0), tinyMoment);
      d1 = kept(f32x4.add(f32x4.mul(v128.load(velocity + i, 16), keep), d1), tinyMoment);
      v128.store(velocity + i, d0);
      v128.store(velocity + i, d1, 16);
    }
    v128.store(p + i, kept(f32x4.sub(p0, f32x4.mul(d0, rate)), tiny));
    v128.store(p + i, kept(f32x4.sub(p1, f32x4.mul(d1, rate)), tiny), 16);
  }
  for (; i < end; i += 4) {
    const p0 = load<f32>(p + i);
    let d = load<f32>(g + i) * gradScale + p0 * decay;
    if (velocity) {
      d = keptOne(load<f32>(velocity + i) * momentum + d, load<f32>(TINY, 8));
      store<f32>(velocity + i, d);
    }
    store<f32>(p + i, keptOne(p0 - d * lr, load<f32>(TINY, 4)));
  }
}

/** Adam with weightDecay·p added to the gradient. p, m, v, g all [n]. */
export function adamUpdate(p: usize, m: usize, v: usize, g: usize, n: i32, hyper: usize): void {
  update(p, m, v, g, n, hyper, load<f32>(hyper, 16), 1);
}

/** AdamW: p shrinks by 1 − lr·weightDecay before the step, the gradient is left alone. */
export function adamwUpdate(p: usize, m: usize, v: usize, g: usize, n: i32, hyper: usize): void {
  update(p, m, v, g, n, hyper, 0, <f32>(1.0 - <f64>load<f32>(hyper) * <f64>load<f32>(hyper, 16)));
}

/**
 * d = g·gradScale + decay·p; m = β1·m + (1−β1)·d; v = β2·v + (1−β2)·d·d;
 * p = shrink·p − (lr/bc1)·m / (√v/√bc2 + ε).
 */
function update(
  p: usize, m: usize, v: usize, g: usize, n: i32, hyper: usize, decay: f32, shrink: f32,
): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const beta1 = load<f32>(hyper, 4), beta2 = load<f32>(hyper, 8), epsilon = load<f32>(hyper, 12);
  const root = load<f32>(hyper, 24), gradScale = load<f32>(hyper, 28);
  const rest1 = load<f32>(hyper, 32), rest2 = load<f32>(hyper, 36);
  const rate = <f32>(-(<f64>load<f32>(hyper)) / <f64>load<f32>(hyper, 20));
  // By way of memory: V8 keeps loaded vectors over the loop, but builds splats anew in every turn.
  const vFactor = v128.load32_splat(hyper, 28), vRoot = v128.load32_splat(hyper, 24);
  const vBeta1 = v128.load32_splat(hyper, 4), vBeta2 = v128.load32_splat(hyper, 8);
  const vEpsilon = v128.load32_splat(hyper, 12);
  store<f32>(scratch, decay);
  store<f32>(scratch, shrink, 4);
  store<f32>(scratch, rate, 8);
  const vDecay = v128.load32_splat(scratch), vShrink = v128.load32_splat(scratch, 4);
  const vRest1 = v128.load32_splat(hyper, 32), vRest2 = v128.load32_splat(hyper, 36);
  const vRate = v128.load32_splat(scratch, 8);
  const tiny = v128.load32_splat(TINY, 4), tinyMoment = v128.load32_splat(TINY, 8);
  let i: usize = 0;
  for (; i < body; i += 32) {
    const p0 = v128.load(p + i), p1 = v128.load(p + i, 16);
    const d0 = f32x4.add(f32x4.mul(v128.load(g + i), vFactor), f32x4.mul(p0, vDecay));
    const d1 = f32x4.add(f32x4.mul(v128.load(g + i, 16), vFactor), f32x4.mul(p1, vDecay));
    const m0 = kept(f32x4.add(f32x4.mul(v128.load(m + i), vBeta1), f32x4.mul(d0, vRest1)), tinyMoment);
    const m1 = kept(f32x4.add(f32x4.mul(v128.load(m + i, 16), vBeta1), f32x4.mul(d1, vRest1)), tinyMoment);
    const v0 = kept(
      f32x4.add(f32x4.mul(v128.load(v + i), vBeta2), f32x4.mul(f32x4.mul(d0, vRest2), d0)), tinyMoment,
    );
    const v1 = kept(
      f32x4.add(f32x4.mul(v128.load(v + i, 16), vBeta2), f32x4.mul(f32x4.mul(d1, vRest2), d1)), tinyMoment,
    );
    v128.store(m + i, m0);
    v128.store(m + i, m1, 16);
    v128.store(v + i, v0);
    v128.store(v + i, v1, 16);
    const q0 = f32x4.add(f32x4.div(f32x4.sqrt(v0), vRoot), vEpsilon);
    const q1 = f32x4.add(f32x4.div(f32x4.sqrt(v1), vRoot), vEpsilon);
    const next0 = f32x4.add(f32x4.mul(p0, vShrink), f32x4.div(f32x4.mul(m0, vRate), q0));
    v128.store(p + i, kept(next0, tiny));
    const next1 = f32x4.add(f32x4.mul(p1, vShrink), f32x4.div(f32x4.mul(m1, vRate), q1));
    v128.store(p + i, kept(next1, tiny), 16);
  }
  for (; i < end; i += 4) {
    const p0 = load<f32>(p + i);
    const d = load<f32>(g + i) * gradScale + p0 * decay;
    const m0 = keptOne(load<f32>(m + i) * beta1 + d * rest1, load<f32>(TINY, 8));
    const v0 = keptOne(load<f32>(v + i) * beta2 + (d * rest2) * d, load<f32>(TINY, 8));
    store<f32>(m + i, m0);
    store<f32>(v + i, v0);
    const q = sqrt<f32>(v0) / root + epsilon;
    store<f32>(p + i, keptOne(p0 * shrink + (m0 * rate) / q, load<f32>(TINY, 4)));
  }
}
