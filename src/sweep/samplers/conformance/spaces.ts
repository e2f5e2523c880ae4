import type { SpaceInput } from "../../space/space.js";

/** One of everything that a sampler may meet. */
export const conformanceSpaces: Readonly<Record<string, SpaceInput>> = {
  uniform: {
    parameters: { x: { type: "uniform", low: -2, high: 3 }, y: { type: "uniform", low: 0, high: 1e-9 } },
  },
  "log-uniform": {
    parameters: {
      rate: { type: "log-uniform", low: 1e-6, high: 1 },
      decay: { type: "log-uniform", low: 1e-300, high: 1e300 },
    },
  },
  integers: {
    parameters: {
      layers: { type: "integer", low: 1, high: 4 },
      width: { type: "integer", low: 16, high: 130, step: 16 },
      steps: { type: "integer", low: 1, high: 1000, log: true },
      one: { type: "integer", low: 7, high: 7 },
      below: { type: "integer", low: -3, high: 3 },
    },
  },
  choices: {
    parameters: {
      activation: ["relu", "gelu", "tanh"],
      norm: [true, false],
      mixed: [1, "1", null, false],
      only: ["this"],
    },
  },
  constants: { parameters: { loss: "mse", dropout: 0, bias: true, nothing: null } },
  conditional: {
    parameters: {
      momentum: { type: "uniform", low: 0, high: 1, when: { optimizer: "sgd", nesterov: true } },
      optimizer: ["sgd", "adam", "none"],
      beta: { type: "log-uniform", low: 0.001, high: 0.1, when: { optimizer: "adam" } },
      nesterov: { type: "choice", values: [true, false], when: { optimizer: ["sgd", "adam"] } },
      rate: { type: "log-uniform", low: 1e-4, high: 1e-1, when: { optimizer: ["adam", "sgd"] } },
    },
  },
  constrained: {
    parameters: {
      heads: { type: "integer", low: 1, high: 8 },
      "model.width": { type: "integer", low: 4, high: 64, step: 4 },
      low: { type: "uniform", low: 0, high: 1 },
      high: { type: "uniform", low: 0, high: 1 },
    },
    constraints: ["heads divides model.width", "low < high"],
  },
  everything: {
    parameters: {
      kind: ["small", "large"],
      width: { type: "integer", low: 8, high: 512, log: true, when: { kind: "large" } },
      rate: { type: "log-uniform", low: 1e-5, high: 1 },
      share: { type: "uniform", low: 0, high: 1 },
      depth: { type: "integer", low: 1, high: 9, step: 2 },
      seedless: 3,
    },
    constraints: ["width > 16 || depth == 1", "share + rate <= 1.5"],
  },
};

/** Nothing satisfies it, though each range alone could. */
export const unsatisfiable: SpaceInput = {
  parameters: { x: { type: "integer", low: 1, high: 5 }, y: { type: "integer", low: 1, high: 5 } },
  constraints: ["x + y > 100"],
};
