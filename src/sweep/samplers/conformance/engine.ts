/** What gives other answers from call to call. */
const moods: readonly [object, string][] = [
  [Math, "random"],
  [Date, "now"],
  [performance, "now"],
  [crypto, "getRandomValues"],
  [crypto, "randomUUID"],
];
/** What gives other last bits from engine to engine. */
const inexact =
  "acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh";

/**
 * Runs `work`, which must not be asynchronous, while all that would make it differ between runs or engines
 * throws: random numbers, clocks, and the functions of `Math` whose last bits are the engine's own.
 */
export function withoutEngine<R>(work: () => R): R {
  const taken = [...moods, ...inexact.split(" ").map((name) => [Math, name] as [object, string])];
  const saved = taken.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  try {
    for (const [owner, name] of taken) {
      Object.defineProperty(owner, name, {
        configurable: true,
        writable: true,
        value: () => {
          throw new Error(`it calls ${name}, which is not the same in every run and on every engine`);
        },
      });
    }
    return work();
  } finally {
    for (const [k, [owner, name]] of taken.entries()) {
      const descriptor = saved[k];
      // Where it was inherited, what was put before it goes.
      if (descriptor) Object.defineProperty(owner, name, descriptor);
      else Reflect.deleteProperty(owner, name);
    }
  }
}
