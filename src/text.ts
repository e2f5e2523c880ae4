/** 0.1234 → 12.3%; shares below 0.05% keep one digit that is not 0. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 0.05 ? value.toPrecision(1) : value.toFixed(1)}%`;
}

/** R², whose distance from 1 matters: 0.531, 0.99978; never −0. */
export function rSquared(value: number): string {
  const text = value.toFixed(value > 0.99 ? 5 : 3);
  return text === "-0.000" ? "0.000" : text;
}

/** 12345 → 12,345, the same in every locale. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** 1 seed, 2 seeds. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** A text as one word of a command for a shell. */
export function shellWord(text: string): string {
  return /^[\w./+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
