// A Transformer learns a function of your own, here the product of two numbers: two tokens in, one out.
import { arrayData, Transformer, train } from "plateau";

const side = 64;
const rows = side * side;
const x = new Float32Array(2 * rows);
const y = new Float32Array(rows);
for (let row = 0; row < rows; row++) {
  const a = (2 * (row % side)) / (side - 1) - 1;
  const b = (2 * Math.floor(row / side)) / (side - 1) - 1;
  x.set([a, b], 2 * row);
  y[row] = a * b;
}

const model = Transformer.create(
  {
    inputDim: 1,
    outputDim: 1,
    inputTokens: 2,
    outputTokens: 1,
    dModel: 16,
    heads: 2,
    ff: 32,
    encoderLayers: 2,
    decoderLayers: 1,
  },
  { seed: 1 },
);
const { updates, loss } = await train(model, arrayData(x, y, rows), { steps: 1000, lr: 3e-3, warmup: 50 });
console.log(
  `${model.parameterCount} parameters, ${updates} updates, mean square error ${loss.toExponential(1)}`,
);

// Points that were not in the data.
const points = [
  [0.5, 0.5],
  [-0.9, 0.3],
  [0.1, -0.7],
];
const predicted = model.predict(Float32Array.from(points.flat()));
points.forEach(([a, b], i) => {
  console.log(`${a} · ${b} = ${(a * b).toFixed(3)}, predicted ${predicted[i].toFixed(3)}`);
});
