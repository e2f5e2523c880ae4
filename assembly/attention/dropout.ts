export function dropRow(
  dropped: usize, weights: usize, gradient: usize, row: i32, S: i32,
  rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
}
