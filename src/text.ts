/** 0.1234 → 12.3%; shares below 0.05% keep one digit that is not 0. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 0.05 ? value.toPrecision(1) : value.toFixed(1)}%`;
}
