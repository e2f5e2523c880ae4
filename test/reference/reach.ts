/** Which inputs and attributes of which ops were read, and what they were: what a random draw reached. */
export class Reach {
  /** Of `op.inputs.key` or `op.attributes.key`, kinds of values. */
  readonly values = new Map<string, Set<unknown>>();

  /** An object whose reading is noted: also of keys that it does not have. */
  watch<T extends object>(path: string, object: T): T {
    return new Proxy(object, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === "string") this.note(`${path}.${key}`, value);
        return value;
      },
    });
  }

  note(path: string, value: unknown): void {
    const known = this.values.get(path) ?? new Set();
    this.values.set(path, known.add(kindOf(value)));
  }

  /** What was read and never varied: an input that was never there, an attribute that was always the same. */
  get missed(): string[] {
    return [...this.values].flatMap(([path, values]) => {
      const given = [...values].filter((value) => value !== undefined);
      // Tensors and functions are others each time.
      const varied = given.length > 1 || values.size > 1 || given.some((value) => isOwn(value));
      return given.length > 0 && varied ? [] : [path];
    });
  }
}

const own = ["tensor", "function", "list"];
const isOwn = (value: unknown) => own.includes(value as string);

function kindOf(value: unknown): unknown {
  if (typeof value === "function") return "function";
  if (Array.isArray(value)) return JSON.stringify(value);
  if (value !== null && typeof value === "object") return "shape" in value ? "tensor" : "object";
  return value;
}

/** What is known of an option by its schema. */
export interface Schema {
  readonly type: string;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly entries?: Readonly<Record<string, Schema>>;
}

/** Options that values do not reach: a name or a flag that is never given, or one number alone. */
export function missed(schema: Schema, configs: readonly object[]): string[] {
  return Object.entries(schema.entries!).flatMap(([key, option]) => {
    const inner = option.wrapped ?? option;
    const values = configs.map((config) => (config as Record<string, unknown>)[key]);
    const given = new Set(values.map((value) => JSON.stringify(value)));
    if (inner.type === "boolean") return given.size === 2 ? [] : [`${key}: ${[...given]}`];
    if (inner.type !== "picklist") return given.size > 1 ? [] : [`${key}: ${[...given]}`];
    return inner.options!.filter((one) => !given.has(JSON.stringify(one))).map((one) => `${key}: ${one}`);
  });
}
