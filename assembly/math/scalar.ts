export function pow64(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y);
}

export function cos64(x: f64): f64 {
  return NativeMath.cos(x);
}
