import type { Enclosure } from "../../certificates/enclosure.js";
import { gridNodes } from "../../grid.js";
import type { Task } from "../construction.js";
import { requireFinite } from "../task.js";
import { gridEnclosure } from "./enclosure.js";
import { type Blank, blankNetwork } from "./network.js";

/**
 * Interpolation in the plane or in space on Kuhn's triangulation of n cells a side (the cell's simplices are
 * the orders of its coordinates): g = Σ f(node)·hat(node). With s = (x − node)/h, a hat is
 *
 *   hat = relu(1 − (max(0, s₁, …, s_d) − min(0, s₁, …, s_d)))
 *
 * (ours, elementary: inside a simplex that is the barycentric coordinate of its node, for every order). In the
 * plane that range is ½(|s₁| + |s₂| + |s₁ − s₂|): two hidden layers, the first of 4n units that all nodes
 * share, the second of a unit a node. In space maxima and minima take one layer more.
 */
export function interpolateGrid(task: Task, n: number): Blank & { readonly enclosure: Enclosure } {
  const { f, low, high } = task;
  const nodes = gridNodes(low, high, n);
  const values = f.evaluate(nodes, nodes.length / f.inputs);
  requireFinite(f.name, nodes, values, f.inputs);
  const network = f.inputs === 2 ? plane(task, n) : space(task, n);
  const head = f.inputs;
  const count = nodes.length / f.inputs;
  for (let o = 0; o < f.outputs; o++) {
    for (let i = 0; i < count; i++) network.weight(head, o, i, values[i * f.outputs + o]);
  }
  return { ...network, enclosure: gridEnclosure(task, n, Float32Array.from(values)) };
}

/** Hidden widths for n cells a side in d dimensions. */
export function gridLayers(d: number, n: number): number[] {
  const nodes = (n + 1) ** d;
  return d === 2 ? [4 * n, nodes] : [5 * n, 2 * nodes + n, nodes];
}

/** Writes the unit relu(X_k·sign … − shift) of the first layer, X = (x − low)/h in cells. */
function firstLayer({ low, high }: Task, n: number, network: Blank) {
  const scale = low.map((from, k) => n / (high[k] - from));
  return (unit: number, factors: readonly number[], shift: number) => {
    let bias = -shift;
    factors.forEach((factor, k) => {
      if (factor === 0) return;
      network.weight(0, unit, k, factor * scale[k]);
      bias -= factor * Math.fround(scale[k]) * low[k];
    });
    network.bias(0, unit, bias);
  };
}

/** P_i = relu(X − i), Q_j = relu(Y − j), R_k = relu(X − Y − k); hat = relu(1 − i + P_0 − P_i − Q_j − R_{i−j}). */
function plane(task: Task, n: number): Blank {
  const network = blankNetwork(task, gridLayers(2, n));
  const unit = firstLayer(task, n, network);
  const [P, Q] = [(i: number) => i, (j: number) => n + j];
  const R = (k: number) => 3 * n + k;
  for (let i = 0; i < n; i++) {
    unit(P(i), [1, 0], i);
    unit(Q(i), [0, 1], i);
  }
  for (let k = -n; k < n; k++) unit(R(k), [1, -1], k);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= n; j++) {
      const node = i * (n + 1) + j;
      network.bias(1, node, 1 - i);
      // P_0 and P_0 cancel at i = 0; behind the last line of nodes nothing is left.
      if (i > 0) network.weight(1, node, P(0), 1);
      if (i > 0 && i < n) network.weight(1, node, P(i), -1);
      if (j < n) network.weight(1, node, Q(j), -1);
      if (i - j < n) network.weight(1, node, R(i - j), -1);
    }
  }
  return network;
}

/**
 * With S_k = relu(Z − k): max(0, s) = S_k + A, A = relu(Y − j + R_{i−j} − S_k), and −min(0, s) = S_k − S_0 + k + B,
 * B = relu(i − X + R_{i−j} − S_k + S_0 − k).
 */
function space(task: Task, n: number): Blank {
  const count = (n + 1) ** 3;
  const network = blankNetwork(task, gridLayers(3, n));
  const unit = firstLayer(task, n, network);
  const [X, Y] = [0, n];
  const S = (k: number) => 2 * n + k;
  const R = (k: number) => 4 * n + k;
  unit(X, [1, 0, 0], 0);
  unit(Y, [0, 1, 0], 0);
  for (let k = 0; k < n; k++) unit(S(k), [0, 0, 1], k);
  for (let k = -n; k < n; k++) unit(R(k), [1, -1, 0], k);
  for (let k = 0; k < n; k++) network.weight(1, 2 * count + k, S(k), 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= n; j++) {
      for (let k = 0; k <= n; k++) {
        const node = (i * (n + 1) + j) * (n + 1) + k;
        const [A, B] = [2 * node, 2 * node + 1];
        network.weight(1, A, Y, 1);
        network.bias(1, A, -j);
        network.weight(1, B, X, -1);
        network.bias(1, B, i - k);
        if (i - j < n) {
          network.weight(1, A, R(i - j), 1);
          network.weight(1, B, R(i - j), 1);
        }
        // 1 − (S_k + A) − (S_k − S_0 + k + B), S_n = 0.
        if (k > 0) network.weight(1, B, S(0), 1);
        if (k < n) {
          network.weight(1, A, S(k), -1);
          if (k > 0) network.weight(1, B, S(k), -1);
        }
        network.weight(2, node, A, -1);
        network.weight(2, node, B, -1);
        network.bias(2, node, 1 - k);
        if (k > 0) network.weight(2, node, 2 * count, 1);
        if (k < n) network.weight(2, node, 2 * count + k, k > 0 ? -2 : -1);
      }
    }
  }
  return network;
}
