import { readdirSync } from "node:fs";
import test from "ava";
import fc from "fast-check";
import { ops } from "../../src/graph/ops/registry.js";
import { yunSchema } from "../../src/theory/constructions/yun/grid.js";
import { checkGraph } from "../reference/graphs.js";
import { kinds, subjects } from "../reference/networks.js";
import { missed, Reach, type Schema } from "../reference/reach.js";

const nn = new URL("../../src/nn/", import.meta.url);

/** Every description of a network that there is: those of src/nn by their names, and the construction. */
async function descriptions(): Promise<Map<string, Schema>> {
  const found = new Map<string, Schema>([["yun", yunSchema as unknown as Schema]]);
  for (const file of readdirSync(nn).filter((name) => name.endsWith(".js"))) {
    const module = (await import(new URL(file, nn).href)) as Record<string, Schema>;
    for (const [name, value] of Object.entries(module)) {
      if (!name.endsWith("Schema") || !value.entries) continue;
      const kind = name.replace(/Schema$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      found.set(kind, value);
    }
  }
  return found;
}

test("random networks are of every kind, and reach every value of every option", async (t) => {
  const schemas = await descriptions();
  t.deepEqual([...schemas.keys()].sort(), Object.keys(kinds).sort());
  for (const [kind, arbitrary] of Object.entries(kinds)) {
    const drawn = fc.sample(arbitrary, { numRuns: 300, seed: 1 });
    const configs = drawn.map(({ architecture }) => architecture.config as object);
    t.deepEqual(missed(schemas.get(kind)!, configs), [], kind);
  }
});

test("what is missed is seen: a flag, a name, a number", async (t) => {
  const schema = (await descriptions()).get("transformer")!;
  const configs = fc
    .sample(kinds["transformer"], { numRuns: 200, seed: 1 })
    .map(({ architecture }) => architecture.config as object);
  const fixed = { causal: true, normalizer: "softmax", ff: 4 };
  t.deepEqual(
    missed(
      schema,
      configs.map((config) => ({ ...config, ...fixed })),
    ).sort(),
    ["causal: true", "ff: 4", "normalizer: hardmax", "normalizer: sparsemax"],
  );
});

test("d, T and B of 1, batches that are no multiple of anything, both losses, any scale are among the draws", (t) => {
  const drawn = fc.sample(subjects, { numRuns: 500, seed: 1 });
  const reached = (of: (subject: (typeof drawn)[number]) => unknown) => new Set(drawn.map(of));
  const all = (of: Parameters<typeof reached>[0], ...values: unknown[]) => {
    const found = reached(of);
    t.deepEqual(
      values.filter((value) => !found.has(value)),
      [],
      `${of}`,
    );
  };
  all(({ architecture }) => (architecture.config as { dModel?: number }).dModel, 1, 2, 3, 5, 7);
  all(({ batch }) => batch, 1, 2, 3, 5, 7, 11, 13, 17, 31, 33, 61, 67);
  all(({ extent }) => extent?.inputTokens, 1, 2, 3, 4, 5, 6);
  all(({ extent }) => extent?.outputTokens, 1, 2, 3, 4, 5);
  all(({ architecture, extent }) => extent && extent.inputTokens < architecture.extent.inputTokens, true);
  all(({ loss }) => loss.kind, "mse", "cross-entropy");
  all(({ loss }) => (loss as { classes?: number }).classes, 1, 2, 3, 6);
  all(({ mode }) => mode, "training", "derivative", "inference");
  for (const key of ["inputGradient", "decoderGradient", "keepAttention"] as const) {
    all(({ emit }) => emit?.[key], true, false);
  }
  all(({ scale }) => scale, 1, 2 ** -50, 2 ** 60);
  all(({ size }) => size, 1, 1e-8, 1e3);
  all(({ ignored }) => ignored, 0, 1);
});

test("random graphs give every op all that it reads, and no attribute a single value", (t) => {
  const reach = new Reach();
  const reached = new Set<string>();
  for (let seed = 1; seed <= 150; seed++) {
    for (const op of checkGraph(seed, 1 + (seed % 16), { reach, compares: false }).ops) reached.add(op);
  }
  t.deepEqual([...reached].sort(), Object.keys(ops).sort());
  t.deepEqual(reach.missed, []);
});

test("an attribute that is read and never varied is missed", (t) => {
  const reach = new Reach();
  const attributes = reach.watch<Record<string, unknown>>("op.attributes", { heads: 1, onValue: () => {} });
  for (const key of ["heads", "onValue", "novel"]) void attributes[key];
  t.deepEqual(reach.missed, ["op.attributes.heads", "op.attributes.novel"]);
  void reach.watch<Record<string, unknown>>("op.attributes", { heads: 2, novel: true })["heads"];
  void reach.watch<Record<string, unknown>>("op.attributes", { novel: true })["novel"];
  t.deepEqual(reach.missed, []);
});
