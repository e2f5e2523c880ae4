import fc from "fast-check";
import type { ParameterSpec, Parameters, When } from "../../../src/sweep/space/parameter.js";
import { Space, type SpaceInput } from "../../../src/sweep/space/space.js";

/** Spaces of few values, with conditions on earlier and later parameters and, at times, constraints. */
export const discreteSpaces: fc.Arbitrary<SpaceInput> = fc
  .array(
    fc.record({
      values: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom("integer", "choice", "constant"),
      asks: fc.array(fc.tuple(fc.nat(5), fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 })), {
        maxLength: 2,
      }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .chain((drawn) =>
    fc.record({
      order: fc.shuffledSubarray(
        drawn.map((_, i) => i),
        { minLength: drawn.length },
      ),
      constraints: fc.constantFrom([], [], ["p0 < 2"], ["p0 <= p0 + 1", "p0 == 0 || p0 == 2"]),
      drawn: fc.constant(drawn),
    }),
  )
  .map(({ order, constraints, drawn }) => {
    // Conditions point to lower numbers, so there are no circles; the order they are given in is any.
    const specs = drawn.map(({ values, kind, asks }, i): ParameterSpec => {
      const count = kind === "constant" ? 1 : values;
      const when: Record<string, number[]> = {};
      for (const [of, wanted] of asks) {
        if (of >= i) continue;
        const size = drawn[of].kind === "constant" ? 1 : drawn[of].values;
        const possible = wanted.filter((value) => value < size);
        if (possible.length > 0) when[`p${of}`] = possible;
      }
      const all = Array.from({ length: count }, (_, k) => k);
      if (kind === "integer") return { type: "integer", low: 0, high: count - 1, when: when as When };
      if (kind === "constant") return { type: "constant", value: 0, when: when as When };
      return { type: "choice", values: all, when: when as When };
    });
    return { parameters: Object.fromEntries(order.map((i) => [`p${i}`, specs[i]])), constraints };
  });

/** All different parameters of a discrete space that satisfy its constraints, by brute force. */
export function enumerate(input: SpaceInput): Parameters[] {
  const space = new Space(input);
  const found = new Map<string, Parameters>();
  const u = space.parameters.map(() => 0);
  const fill = (i: number) => {
    if (i === u.length) {
      const values = space.decode(u);
      if (space.satisfied(values)) found.set(JSON.stringify(values), values);
      return;
    }
    const { cardinality } = space.parameters[i];
    for (let k = 0; k < cardinality; k++) {
      u[i] = (k + 0.5) / cardinality;
      fill(i + 1);
    }
  };
  fill(0);
  return [...found.values()];
}
