type Key = string | symbol;
type Descriptors = Map<Key, PropertyDescriptor>;

/** Globals whose mere reading opens a file or warns, in newer engines. */
const unread = /Storage$/;
/** What programs write to as they run. */
const busy = new Set<unknown>([process, process.env, console]);

/** What all code of a process shares: globals, what they hold, and prototypes, those without a name included. */
function sharedObjects(): Map<object, string> {
  const found = new Map<object, string>([[globalThis, "globalThis"]]);
  const add = (value: unknown, name: string) => {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    if (isObject && !busy.has(value) && !found.has(value)) found.set(value, name);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (unread.test(name)) continue;
    // Some are made when they are first asked for: now, and not in a case.
    const value: unknown = (globalThis as Record<string, unknown>)[name];
    add(value, name);
    if (typeof value === "function") add(value.prototype, `${name}.prototype`);
  }
  async function* generator() {}
  const nameless = {
    TypedArray: Object.getPrototypeOf(Uint8Array) as { prototype: object },
    Function: (async () => {}).constructor as unknown as { prototype: object },
    Generator: Object.getPrototypeOf(function* () {}) as { prototype: object },
    AsyncGenerator: Object.getPrototypeOf(generator) as { prototype: object },
  };
  for (const [name, value] of Object.entries(nameless)) {
    add(value, `%${name}%`);
    add(value.prototype, `%${name}%.prototype`);
  }
  for (const iterated of [[], new Map(), new Set(), "", "a".matchAll(/a/g)]) {
    const iterator = (iterated as Iterable<unknown>)[Symbol.iterator]();
    add(
      Object.getPrototypeOf(iterator),
      `%${Object.prototype.toString.call(iterator).slice(8, -1)}%.prototype`,
    );
  }
  return found;
}

const descriptorsOf = (object: object): Descriptors =>
  new Map(Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)!]));

const same = (a: PropertyDescriptor, b: PropertyDescriptor) =>
  Object.is(a.value, b.value) &&
  a.get === b.get &&
  a.set === b.set &&
  a.writable === b.writable &&
  a.enumerable === b.enumerable &&
  a.configurable === b.configurable;

/** Objects that all code shares, as they were when this was made: every property, its value and its attributes. */
export class SharedObjects {
  readonly #all: readonly {
    readonly object: object;
    readonly name: string;
    readonly prototype: object | null;
    extensible: boolean;
    readonly properties: Descriptors;
  }[];

  constructor() {
    const found = sharedObjects();
    this.#all = [...found].map(([object, name]) => ({
      ...{
        object,
        name,
        prototype: Reflect.getPrototypeOf(object),
        extensible: Reflect.isExtensible(object),
      },
      properties: descriptorsOf(object),
    }));
  }

  /**
   * What has changed since, in words, and puts it back: whatever is tried next is not to blame for it.
   * @returns nothing where all is as it was
   */
  changes(): string | undefined {
    const changed: string[] = [];
    for (const one of this.#all) {
      const { object, name, prototype, properties } = one;
      const keys = Reflect.ownKeys(object);
      let known = 0;
      for (const key of keys) {
        const before = properties.get(key);
        if (before) known++;
        if (before && same(before, Reflect.getOwnPropertyDescriptor(object, key)!)) continue;
        changed.push(`${name}: ${String(key)} is ${before ? "another" : "new"}`);
        if (before) Reflect.defineProperty(object, key, before);
        else Reflect.deleteProperty(object, key);
      }
      if (known < properties.size) {
        for (const [key, before] of properties) {
          if (Object.hasOwn(object, key)) continue;
          changed.push(`${name}: ${String(key)} is gone`);
          Reflect.defineProperty(object, key, before);
        }
      }
      if (Reflect.getPrototypeOf(object) !== prototype) {
        changed.push(`${name}: its prototype is another`);
        Reflect.setPrototypeOf(object, prototype);
      }
      if (Reflect.isExtensible(object) === one.extensible) continue;
      changed.push(`${name}: it was closed`);
      // That cannot be taken back.
      one.extensible = false;
    }
    return changed.length === 0 ? undefined : changed.join("; ");
  }
}
