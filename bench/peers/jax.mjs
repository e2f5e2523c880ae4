// jax-js as a peer, on WebAssembly: one jitted function for the whole step.
// Every function takes ownership of the arrays it is given: `.ref` where one is used again.

// Its threads are Web Workers, which Node lacks; without shared memory it computes in this thread, as all peers do.
delete globalThis.SharedArrayBuffer;
const { defaultDevice, init, jit, nn, numpy: np, lax, tree, valueAndGrad } = await import("@jax-js/jax");
const { batchesOf, readJob, serve, sinusoidal } = await import("../../dist/bench/peers/serve.js");
const { readFileSync } = await import("node:fs");

const devices = await init("cpu", "wasm");
defaultDevice("wasm");

const array = (data, shape) => np.array(data.slice()).reshape([...shape]);

/** x [B, T, I] · wᵀ + b, as one product of B·T rows. Takes x. */
function linear(x, w, b) {
  const [B, T, I] = x.shape;
  const O = w.shape[0];
  const y = np.matmul(x.reshape([B * T, I]), np.transpose(w));
  return y.add(b).reshape([B, T, O]);
}

function layerNorm(x, g, b) {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(g)
    .add(b);
}

const gelu = (x) => x.ref.mul(lax.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5);

/** Takes x and memory (undefined: x itself). */
function attention(p, name, x, memory, H, mask) {
  const [B, T, D] = x.shape;
  const S = memory ? memory.shape[1] : T;
  const w = p[`${name}.in_proj_weight`];
  const b = p[`${name}.in_proj_bias`];
  const heads = (value, length) => np.transpose(value.reshape([B, length, H, D / H]), [0, 2, 1, 3]);
  let q;
  let k;
  let v;
  if (memory === undefined) {
    [q, k, v] = np.split(linear(x, w.ref, b.ref), 3, -1);
  } else {
    const [wq, wkv] = np.split(w.ref, [D], 0);
    const [bq, bkv] = np.split(b.ref, [D], 0);
    q = linear(x, wq, bq);
    [k, v] = np.split(linear(memory, wkv, bkv), 2, -1);
  }
  let scores = np.matmul(heads(q, T), np.transpose(heads(k, S), [0, 1, 3, 2])).mul(1 / Math.sqrt(D / H));
  if (mask) scores = scores.add(mask.ref);
  const context = np.matmul(nn.softmax(scores, -1), heads(v, S));
  const joined = np.transpose(context, [0, 2, 1, 3]).reshape([B, T, D]);
  return linear(joined, p[`${name}.out_proj.weight`].ref, p[`${name}.out_proj.bias`].ref);
}

/** Takes x and y, and leaves p. */
function forward(p, { layers, heads }, { encoderPositions, decoderPositions, mask }, x, y) {
  const norm = (name, value) => layerNorm(value, p[`${name}.weight`].ref, p[`${name}.bias`].ref);
  const apply = (name, value) => linear(value, p[`${name}.weight`].ref, p[`${name}.bias`].ref);
  const feed = (name, value) => apply(`${name}.linear2`, gelu(apply(`${name}.linear1`, value)));
  const [B, n, d] = y.shape;
  let z = x.add(encoderPositions.ref);
  for (let i = 0; i < layers; i++) {
    const name = `transformer.encoder.layers.${i}`;
    z = norm(`${name}.norm1`, z.ref.add(attention(p, `${name}.self_attn`, z, undefined, heads)));
    z = norm(`${name}.norm2`, z.ref.add(feed(name, z)));
  }
  const memory = norm("transformer.encoder.norm", z);
  const begun = np.broadcastTo(p.start.ref.reshape([1, 1, d]), [B, 1, d]);
  if (n === 1) {
    z = begun;
    y.dispose?.();
  } else {
    const [before, last] = np.split(y, [n - 1], 1);
    last.dispose?.();
    z = np.concatenate([begun, before], 1);
  }
  z = z.add(decoderPositions.ref);
  for (let i = 0; i < layers; i++) {
    const name = `transformer.decoder.layers.${i}`;
    z = norm(`${name}.norm1`, z.ref.add(attention(p, `${name}.self_attn`, z, undefined, heads, mask)));
    z = norm(`${name}.norm2`, z.ref.add(attention(p, `${name}.multihead_attn`, z, memory.ref, heads)));
    z = norm(`${name}.norm3`, z.ref.add(feed(name, z)));
  }
  memory.dispose?.();
  return apply("head", norm("transformer.decoder.norm", z));
}

function constantsOf({ inputTokens: m, outputTokens: n, dModel: d }) {
  const hidden = Float32Array.from({ length: n * n }, (_, i) => (i % n > Math.floor(i / n) ? -1e9 : 0));
  return {
    encoderPositions: array(sinusoidal(m, d), [m, d]),
    decoderPositions: array(sinusoidal(n, d), [n, d]),
    mask: n > 1 ? array(hidden, [n, n]) : undefined,
  };
}

function parametersOf(data) {
  return Object.fromEntries(
    [...data.weights].map(([name, { shape, data: values }]) => [name, array(values, shape)]),
  );
}

function training(job) {
  const data = readJob(job);
  const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
  const constants = constantsOf(job.model);
  const lossOf = (p, x, y) => {
    const difference = forward(p, job.model, constants, x, y.ref).sub(y);
    tree.dispose(p);
    // One sum over all of a batch, number by number in float32, would be off by 1e-5 of itself.
    return np.mean(np.mean(np.mean(np.square(difference), -1), -1));
  };
  /** bias1, bias2: 1 − β^t. */
  const update = jit((p, first, second, x, y, bias1, bias2) => {
    const [loss, grads] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    const squares = Object.values(grads).map((gradient) => np.sum(np.square(gradient.ref)));
    const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
    const scale = np.minimum(np.array(1), np.reciprocal(norm.add(1e-6)));
    const next = { p: {}, first: {}, second: {} };
    for (const name of Object.keys(p)) {
      const g = grads[name].mul(scale.ref);
      const m1 = first[name].mul(0.9).add(g.ref.mul(0.1));
      const m2 = second[name].mul(0.999).add(np.square(g).mul(0.001));
      const change = m1.ref
        .div(bias1.ref)
        .div(np.sqrt(m2.ref.div(bias2.ref)).add(1e-8))
        .mul(job.lr);
      next.p[name] = p[name].sub(change);
      next.first[name] = m1;
      next.second[name] = m2;
    }
    scale.dispose?.();
    bias1.dispose?.();
    bias2.dispose?.();
    return [next.p, next.first, next.second, loss];
  });
  let p = parametersOf(data);
  let first = tree.map((value) => np.zerosLike(value.ref), p);
  let second = tree.map((value) => np.zerosLike(value.ref), p);
  const batches = batchesOf(data, job);
  let steps = 0;
  const step = () => {
    steps++;
    const { x, y } = batches.next().value;
    const bias = (beta) => np.array(1 - beta ** steps);
    let loss;
    [p, first, second, loss] = update(
      p,
      first,
      second,
      array(x, [job.batch, m, d]),
      array(y, [job.batch, n, d]),
      bias(0.9),
      bias(0.999),
    );
    for (const value of Object.values(p)) value.ref.dataSync();
    return loss.dataSync()[0];
  };
  return { step, check: (count) => ({ losses: Array.from({ length: count }, step) }) };
}

function predicting(job) {
  const data = readJob(job);
  const { inputTokens: m, outputTokens: n, dModel: d } = job.model;
  const constants = constantsOf(job.model);
  const p = parametersOf(data);
  const predict = jit((parameters, x, y) => {
    const output = forward(parameters, job.model, constants, x, y);
    tree.dispose(parameters);
    return output;
  });
  const rows = job.batch;
  const x = array(data.x.subarray(0, rows * m * d), [rows, m, d]);
  const y = array(data.y.subarray(0, rows * n * d), [rows, n, d]);
  const step = () => predict(tree.ref(p), x.ref, y.ref).dataSync();
  return { step, check: () => ({ outputs: [...step().subarray(0, 256)] }) };
}

const { version } = JSON.parse(
  readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url)),
);
await serve({
  hello: () => ({
    version,
    notes: `Node ${process.versions.node}, device ${defaultDevice()} of ${devices}, 1 thread, jit`,
  }),
  load: (job) => (job.kind === "train" ? training(job) : predicting(job)),
});
