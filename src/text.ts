/** 0.1234 → 12.3%; shares below 0.05% keep one digit that is not 0, those above 99.95% one that is not 9. */
export function percent(share: number): string {
  const value = 100 * share;
  const text = value > 0 && value < 0.05 ? value.toPrecision(1) : below(value, 100, value.toFixed(1), 2, 6);
  return `${minus(text)}%`;
}

/**
 * What a number just below a limit is written as: never as the limit itself, but by as few decimals, from `least` to
 * `most`, as tell them apart.
 * @param text how it is written else
 */
export function below(value: number, limit: number, text: string, least: number, most: number): string {
  if (Number(text) !== limit || !(value < limit)) return text;
  for (let decimals = least; decimals <= most; decimals++) {
    const longer = value.toFixed(decimals);
    if (Number(longer) !== limit) return longer.replace(/0+$/, "");
  }
  return text;
}

/** A negative number with a minus sign in place of the hyphen. */
export const minus = (text: string): string => text.replace(/^-/, "−");

/** R², whose distance from 1 matters: 0.531, 0.99978; never −0. */
export function rSquared(value: number): string {
  const text = value.toFixed(value > 0.99 ? 5 : 3);
  return text === "-0.000" ? "0.000" : minus(text);
}

/** 12345 → 12,345, the same in every locale. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** 1 seed, 2 seeds. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

const RAISED: Readonly<Record<string, string>> = {
  "−": "⁻",
  "-": "⁻",
  ".": "·",
  "1": "¹",
  "2": "²",
  "3": "³",
};

/** A number as an exponent: −2.02 → ⁻²·⁰². */
export const superscript = (text: string): string =>
  text.replace(
    /[-−.\d]/g,
    (character) => RAISED[character] ?? String.fromCharCode(0x2070 + Number(character)),
  );

/** A text as one word of a command for a shell. */
export function shellWord(text: string): string {
  return /^[\w./+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A name as one of a list that commas separate: quoted where it has one itself. */
export const listed = (name: string): string => (/[,;"]|^\s|\s$|^$/.test(name) ? JSON.stringify(name) : name);
