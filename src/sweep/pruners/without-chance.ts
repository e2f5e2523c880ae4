/** Runs something while Math.random, Date and the clocks throw an Error that names them. */
export function withoutChance(run: () => void): void {
  const refuse = (name: string) =>
    function refused(): never {
      throw new Error(`${name} was used: what is decided by chance or by time cannot be repeated`);
    };
  const sources: [object, PropertyKey, string][] = [
    [Math, "random", "Math.random"],
    [globalThis, "Date", "Date"],
    [performance, "now", "performance.now"],
    [crypto, "getRandomValues", "crypto.getRandomValues"],
    [crypto, "randomUUID", "crypto.randomUUID"],
  ];
  if (typeof process !== "undefined") sources.push([process, "hrtime", "process.hrtime"]);
  const before = sources.map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key));
  try {
    for (const [owner, key, name] of sources) {
      const value = refuse(name);
      if (name === "Date") Object.assign(value, { now: refuse("Date.now") });
      Object.defineProperty(owner, key, { value, configurable: true, writable: true });
    }
    run();
  } finally {
    sources.forEach(([owner, key], i) => {
      if (before[i]) Object.defineProperty(owner, key, before[i]);
      else Reflect.deleteProperty(owner, key);
    });
  }
}
