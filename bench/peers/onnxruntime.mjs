// onnxruntime-web as a peer: the same model through our ONNX export, on WebAssembly, one thread.
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { readJob, serve } from "../../dist/bench/peers/serve.js";

ort.env.wasm.numThreads = 1;

await serve({
  hello: () => ({
    version: ort.env.versions.web,
    notes: `Node ${process.versions.node}, wasm, ${ort.env.wasm.numThreads} thread`,
  }),
  async load(job) {
    const { x, y } = readJob(job);
    const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
    const session = await ort.InferenceSession.create(readFileSync(job.onnx), {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
    });
    const tensor = (data, tokens) =>
      new ort.Tensor("float32", data.slice(0, job.batch * tokens * d), [job.batch, tokens, d]);
    const feeds = { x: tensor(x, m), ...(session.inputNames.includes("y") ? { y: tensor(y, n) } : {}) };
    return {
      step: () => session.run(feeds),
      async check() {
        const { output } = await session.run(feeds);
        return { outputs: [...output.data.subarray(0, 256)] };
      },
      drop: () => void session.release(),
    };
  },
});
