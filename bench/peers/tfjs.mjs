// TensorFlow.js as a peer, on its WebAssembly backend: the model written with its ops, its own Adam.
import { createRequire } from "node:module";
import { readJob, serve, sinusoidal } from "../../dist/bench/peers/serve.js";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");

await tf.setBackend("wasm");

/** x [B, T, I] · wᵀ + b, as one product of B·T rows. */
function linear(x, w, b) {
  const [B, T, I] = x.shape;
  const y = tf.matMul(x.reshape([B * T, I]), w, false, true);
  return y.add(b).reshape([B, T, w.shape[0]]);
}

function layerNorm(x, g, b) {
  const centred = x.sub(x.mean(-1, true));
  const variance = centred.square().mean(-1, true);
  return centred.mul(variance.add(1e-5).rsqrt()).mul(g).add(b);
}

const gelu = (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);

function attention(p, name, x, memory, H, mask) {
  const [B, T, D] = x.shape;
  const S = memory.shape[1];
  const w = p[`${name}.in_proj_weight`];
  const b = p[`${name}.in_proj_bias`];
  const heads = (value, length) => value.reshape([B, length, H, D / H]).transpose([0, 2, 1, 3]);
  let q;
  let k;
  let v;
  if (memory === x) {
    [q, k, v] = tf.split(linear(x, w, b), 3, 2);
  } else {
    q = linear(x, w.slice(0, D), b.slice(0, D));
    [k, v] = tf.split(linear(memory, w.slice(D, 2 * D), b.slice(D, 2 * D)), 2, 2);
  }
  let scores = tf.matMul(heads(q, T), heads(k, S), false, true).mul(1 / Math.sqrt(D / H));
  if (mask) scores = scores.add(mask);
  const context = tf.matMul(tf.softmax(scores), heads(v, S));
  const joined = context.transpose([0, 2, 1, 3]).reshape([B, T, D]);
  return linear(joined, p[`${name}.out_proj.weight`], p[`${name}.out_proj.bias`]);
}

function forward(p, { layers, heads }, positions, mask, x, y) {
  const norm = (name, value) => layerNorm(value, p[`${name}.weight`], p[`${name}.bias`]);
  const apply = (name, value) => linear(value, p[`${name}.weight`], p[`${name}.bias`]);
  const feed = (name, value) => apply(`${name}.linear2`, gelu(apply(`${name}.linear1`, value)));
  const [B, m] = x.shape;
  const [, n, d] = y.shape;
  let z = x.add(positions.slice(0, m));
  for (let i = 0; i < layers; i++) {
    const name = `transformer.encoder.layers.${i}`;
    z = norm(`${name}.norm1`, z.add(attention(p, `${name}.self_attn`, z, z, heads)));
    z = norm(`${name}.norm2`, z.add(feed(name, z)));
  }
  const memory = norm("transformer.encoder.norm", z);
  const begun = tf.tile(p.start.reshape([1, 1, d]), [B, 1, 1]);
  z = n === 1 ? begun : tf.concat([begun, y.slice([0, 0, 0], [B, n - 1, d])], 1);
  z = z.add(positions.slice(0, n));
  for (let i = 0; i < layers; i++) {
    const name = `transformer.decoder.layers.${i}`;
    z = norm(`${name}.norm1`, z.add(attention(p, `${name}.self_attn`, z, z, heads, mask)));
    z = norm(`${name}.norm2`, z.add(attention(p, `${name}.multihead_attn`, z, memory, heads)));
    z = norm(`${name}.norm3`, z.add(feed(name, z)));
  }
  return apply("head", norm("transformer.decoder.norm", z));
}

function build(job, data) {
  const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
  const p = {};
  for (const [name, { shape, data: values }] of data.weights) {
    p[name] = tf.variable(tf.tensor(values.slice(), [...shape]), true);
  }
  const longest = Math.max(m, n);
  const positions = tf.tensor(sinusoidal(longest, d), [longest, d]);
  const hidden = Float32Array.from({ length: n * n }, (_, i) => (i % n > Math.floor(i / n) ? -1e9 : 0));
  const mask = n > 1 ? tf.tensor(hidden, [n, n]) : undefined;
  const predict = (x, y) => forward(p, job.model, positions, mask, x, y);
  const drop = () => tf.disposeVariables();
  return { p, predict, drop };
}

function training(job) {
  const data = readJob(job);
  const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
  const { p, predict, drop } = build(job, data);
  const all = {
    x: tf.tensor(data.x, [data.order.length, m, d]),
    y: tf.tensor(data.y, [data.order.length, n, d]),
  };
  const batches = [];
  for (let first = 0; first < data.order.length; first += job.batch) {
    batches.push(tf.tensor1d(data.order.subarray(first, first + job.batch), "int32"));
  }
  const variables = Object.values(p);
  const adam = tf.train.adam(job.lr, 0.9, 0.999, 1e-8);
  let steps = 0;
  const step = (read) =>
    tf.tidy(() => {
      const rows = batches[steps++ % batches.length];
      const x = tf.gather(all.x, rows);
      const y = tf.gather(all.y, rows);
      const { value, grads } = tf.variableGrads(() => predict(x, y).squaredDifference(y).mean(), variables);
      const squares = Object.values(grads).map((gradient) => gradient.square().sum());
      const norm = tf.addN(squares).sqrt();
      const scale = tf.minimum(1, tf.div(1, norm.add(1e-6)));
      for (const name of Object.keys(grads)) grads[name] = grads[name].mul(scale);
      adam.applyGradients(grads);
      return read ? value.dataSync()[0] : undefined;
    });
  return {
    step: () => step(false),
    check: (count) => ({ losses: Array.from({ length: count }, () => step(true)) }),
    drop,
  };
}

function predicting(job) {
  const data = readJob(job);
  const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
  const { predict, drop } = build(job, data);
  const rows = job.batch;
  const x = tf.tensor(data.x.slice(0, rows * m * d), [rows, m, d]);
  const y = tf.tensor(data.y.slice(0, rows * n * d), [rows, n, d]);
  const step = () => tf.tidy(() => predict(x, y).dataSync());
  return { step, check: () => ({ outputs: [...step().subarray(0, 256)] }), drop };
}

await serve({
  hello: () => ({
    version: tf.version.tfjs,
    notes: `Node ${process.versions.node}, backend ${tf.getBackend()}, 1 thread, SIMD ${tf.env().getBool("WASM_HAS_SIMD_SUPPORT") ? "yes" : "no"}`,
  }),
  load: (job) => (job.kind === "train" ? training(job) : predicting(job)),
});
