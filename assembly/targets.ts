// The study's two functions, coordinate by coordinate from X₁. Inside, float64 (NativeMath is part of
// the module, so the bits are the same everywhere); each result is rounded to float32 once: within
// half an ulp (6e-8 relative) of the exact value of the function at the float32 X₁.

/** x[B×2×d], y[B×1×d] from u[B×d]: X₁ = u, X₂ = ∛X₁; Y₁ = X₁ + X₂. */
export function targetM2n1(x: usize, y: usize, u: usize, B: i32, d: i32): void {
  const row = (<usize>d) << 2;
  for (let b = 0; b < B; b++) {
    for (let i: usize = 0; i < row; i += 4) {
      const x1 = <f64>load<f32>(u + i);
      const x2 = NativeMath.cbrt(x1);
      store<f32>(x + i, <f32>x1);
      store<f32>(x + row + i, <f32>x2);
      store<f32>(y + i, <f32>(x1 + x2));
    }
    u += row;
    x += 2 * row;
    y += row;
  }
}

/**
 * x[B×4×d], y[B×3×d] from u[B×d]: X₁ = u, X₂ = ∛X₁, X₃ = 2 ln(2 + X₁) + X₂/10, X₄ = exp(X₂) + X₃;
 * Y₁ = (X₁+X₂+X₃+X₄)/5, Y₂ = (X₁Y₁ + exp(X₂) + X₃ + ln X₄)/5, Y₃ = (X₁ + Y₂ + Y₁ + X₂² + X₃X₄)/5.
 */
export function targetM4n3(x: usize, y: usize, u: usize, B: i32, d: i32): void {
  const row = (<usize>d) << 2;
  for (let b = 0; b < B; b++) {
    for (let i: usize = 0; i < row; i += 4) {
      const x1 = <f64>load<f32>(u + i);
      const x2 = NativeMath.cbrt(x1);
      const x3 = 2.0 * NativeMath.log(2.0 + x1) + x2 / 10.0;
      const e2 = NativeMath.exp(x2);
      const x4 = e2 + x3;
      const y1 = (x1 + x2 + x3 + x4) / 5.0;
      const y2 = (x1 * y1 + e2 + x3 + NativeMath.log(x4)) / 5.0;
      const y3 = (x1 + y2 + y1 + x2 * x2 + x3 * x4) / 5.0;
      store<f32>(x + i, <f32>x1);
      store<f32>(x + row + i, <f32>x2);
      store<f32>(x + 2 * row + i, <f32>x3);
      store<f32>(x + 3 * row + i, <f32>x4);
      store<f32>(y + i, <f32>y1);
      store<f32>(y + row + i, <f32>y2);
      store<f32>(y + 2 * row + i, <f32>y3);
    }
    u += row;
    x += 4 * row;
    y += 3 * row;
  }
}
