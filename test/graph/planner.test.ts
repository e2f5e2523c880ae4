import test from "ava";
import fc from "fast-check";
import { Graph } from "../../src/graph/graph.js";
import { coalesce } from "../../src/graph/lifetimes.js";
import { type Plan, plan } from "../../src/graph/planner.js";
import { Program } from "../../src/graph/program.js";
import type { Emitted } from "../../src/nn/architecture.js";
import { Model } from "../../src/nn/model.js";
import { transformer } from "../../src/nn/transformer.js";
import { align } from "../../src/runtime/engine.js";
import { differentiateLoss } from "../../src/training/batch-program.js";
import { testSource } from "../kernels/run.js";
import { architectures } from "../support/architectures.js";

/** A plan in which no two buffers share a place. */
function apart(graph: Graph): Plan {
  let bytes = 0;
  const offsets = new Map<number, number>();
  for (const buffer of graph.buffers) {
    offsets.set(buffer.id, bytes);
    bytes += align(8 * buffer.length);
  }
  return { bytes, offsets };
}

/** Loss and gradients of one step under a plan. */
function gradients(
  options: Parameters<typeof transformer>[0],
  batch: number,
  layOut: (graph: Graph) => Plan,
) {
  const architecture = transformer(options);
  const model = new Model(architecture, { seed: 3 });
  const { engine, parameters, address } = model;
  const grad = engine.allocate(4 * parameters.length);
  const graph = new Graph(parameters, "training");
  const emitted: Emitted = architecture.emit(graph, { batch, ...architecture.extent });
  const { value, y } = differentiateLoss(graph, emitted, { kind: "mse" }, architecture.targetDim);
  const program = new Program(engine, graph, { parameters: address, gradients: grad }, layOut(graph));
  const source = testSource(5);
  for (const input of [emitted.x, y]) program.f32(input).set(source(program.f32(input).length));
  for (const { tensor } of emitted.constants)
    program.f32(tensor).set(testSource(6)(program.f32(tensor).length));
  if (emitted.rng) program.i32(emitted.rng).set([1, 2, 3, 0]);
  program.f32("cotangent")[0] = 1;
  program.forward();
  program.backward();
  return { loss: program.f64(value)[0], gradient: engine.f32(grad, parameters.length).slice() };
}

test("shared memory changes no bits of loss and gradients, whatever the architecture", (t) => {
  fc.assert(
    fc.property(architectures, fc.integer({ min: 1, max: 6 }), (options, batch) => {
      const one = gradients(options, batch, plan);
      const other = gradients(options, batch, apart);
      return one.loss === other.loss && one.gradient.every((g, i) => Object.is(g, other.gradient[i]));
    }),
    { numRuns: 40, seed: 1 },
  );
  t.pass();
});

test("a plan needs a fraction of what buffers of their own would, and does not depend on time", (t) => {
  const architecture = transformer({
    inputDim: 64,
    outputDim: 64,
    inputTokens: 4,
    outputTokens: 3,
    dModel: 64,
    heads: 4,
    ff: 128,
    encoderLayers: 4,
    decoderLayers: 4,
    normFirst: true,
  });
  const build = () => {
    const model = new Model(architecture);
    const graph = new Graph(model.parameters, "training");
    const emitted = architecture.emit(graph, { batch: 128, ...architecture.extent });
    differentiateLoss(graph, emitted, { kind: "mse" }, 64);
    return graph;
  };
  const graph = build();
  const planned = plan(graph);
  t.true(planned.bytes < 0.5 * apart(graph).bytes);
  t.deepEqual([...planned.offsets], [...plan(build()).offsets]);
  // Buffers that are alive together do not overlap, unless the planner made them one on purpose.
  const groups = coalesce(graph);
  t.true(groups.length > 100);
  const place = (group: (typeof groups)[number]) => {
    const [{ buffer }] = group.members;
    const start = planned.offsets.get(buffer.id)!;
    return { start, end: start + group.bytes };
  };
  for (const [i, a] of groups.entries()) {
    for (const b of groups.slice(0, i)) {
      if (a.last < b.first || b.last < a.first) continue;
      const [p, q] = [place(a), place(b)];
      t.true(
        p.end <= q.start || q.end <= p.start,
        `${a.members[0].buffer.name}, ${b.members[0].buffer.name}`,
      );
    }
  }
});

test("the gradient of a residual costs no copy", (t) => {
  const model = new Model(
    transformer({
      kind: "encoder",
      inputDim: 8,
      outputDim: 8,
      inputTokens: 3,
      outputTokens: 3,
      dModel: 8,
      heads: 2,
      ff: 16,
      encoderLayers: 2,
    }),
  );
  const grad = model.engine.allocate(4 * model.parameters.length);
  const { program } = model.program(
    { batch: 4, inputTokens: 3, outputTokens: 3 },
    {
      mode: "training",
      gradients: grad,
      extend: (graph, emitted) => differentiateLoss(graph, emitted, { kind: "mse" }, 8),
    },
  );
  t.deepEqual(
    program.listing().filter((line) => line.includes("copyFloats")),
    [],
  );
});
