/** Shorter matches are not worth the two numbers that they cost. */
const LEAST = 8;
/** Places tried for a match: more make the build slower and the patch hardly smaller. */
const PLACES = 300;

/**
 * What makes `target` of `source`, for src/runtime/patch.ts: again and again how many bytes are new, these
 * bytes, how many are copied, and how far from the end of the last copy they begin.
 */
export function makePatch(source, target) {
  const places = new Map();
  for (let at = 0; at + LEAST <= source.length; at++) {
    const key = keyAt(source, at);
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(at);
  }
  const patch = [];
  let fresh = [];
  let last = 0;
  for (let at = 0; at < target.length; ) {
    const found = longest(source, target, at, places.get(keyAt(target, at)) ?? []);
    if (!found) {
      fresh.push(target[at++]);
      continue;
    }
    patch.push(...number(fresh.length), ...fresh, ...number(found.length), ...signed(found.from - last));
    fresh = [];
    last = found.from + found.length;
    at += found.length;
  }
  if (fresh.length > 0) patch.push(...number(fresh.length), ...fresh);
  return Buffer.from(patch);
}

const keyAt = (bytes, at) => bytes.toString("latin1", at, at + LEAST);

function longest(source, target, at, places) {
  let found;
  for (const from of places.slice(0, PLACES)) {
    let length = LEAST;
    while (at + length < target.length && source[from + length] === target[at + length]) length++;
    if (!found || length > found.length) found = { from, length };
  }
  return found;
}

/** Seven bits a byte, least first. */
function number(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** 0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 … */
const signed = (value) => number(value < 0 ? -2 * value - 1 : 2 * value);
