import { requireArguments } from "../../../arguments.js";
import { Model, type ModelOptions, type StateTensor } from "../../../nn/model.js";
import type { Yun } from "./build.js";
import { numbersOf, type YunConfig } from "./grid.js";
import { layersOfNetwork, namesOf, yunNetwork } from "./network.js";

/**
 * The construction as an ordinary model: stored, trained, analysed like any other. With `lambda` the one with
 * softmax and ReLU. Its weights are those of the float64 layers, rounded to float32: whole numbers are exact,
 * outputs rounded once. A corner that float32 does not hold lies in the cell that it rounds into.
 * @throws PlateauError `memory` where float32 cannot hold the numbers; `usage`
 */
export function yunModel(built: Yun, lambda?: number, options: ModelOptions = {}): Model<YunConfig> {
  requireArguments("yunModel", {
    built: [built, "Yun: config box width quantise"],
    lambda: [lambda, "number?"],
    options: [options, "object?"],
  });

  const config: YunConfig =
    lambda === undefined ? built.config : { ...built.config, kind: "softmax", lambda };
  const model = new Model(yunNetwork(config), options);
  model.loadStateDict(weightsOf(built, config), "construction");
  return model;
}

function weightsOf(built: Yun, config: YunConfig): Map<string, StateTensor> {
  const { dim: d, inputTokens: m, outputTokens: n } = config;
  const { width: D, box } = built;
  const state = new Map<string, StateTensor>();
  const put = (name: string, shape: number[], data: ArrayLike<number>) =>
    state.set(name, { shape, data: Float32Array.from(data) });
  /** Where number i of a context, or of outputs, lies in [m·D]. */
  const place = (i: number) => Math.floor(i / d) * D + (i % d);

  const embed = new Float64Array(m * D * m * d);
  const shift = new Float64Array(m * D);
  for (let i = 0; i < m * d; i++) {
    embed[place(i) * m * d + i] = box.weight[i];
    shift[place(i)] = box.bias[i];
  }
  put("embed.weight", [m * D, m * d], embed);
  put("embed.bias", [m * D], shift);
  if (config.positions) {
    const { stride } = numbersOf(config);
    put(
      "positions",
      [m, D],
      Float64Array.from({ length: m * D }, (_, i) => (i % D < d ? Math.floor(i / D) * stride : 0)),
    );
  }
  const { before, after } = layersOfNetwork(config, built.value.layer);
  for (const [i, layer] of [...before, ...after].entries()) {
    const [into, bias, out] = namesOf(i, layer.kind);
    const inside = layer.kind === "token" ? layer.hidden : layer.heads;
    put(into, [layer.into.length / D, D], layer.into);
    put(bias, [layer.bias.length], layer.bias);
    put(out, [D, inside], layer.out);
  }
  const head = new Float64Array(n * d * m * D);
  for (let i = 0; i < n * d; i++) head[i * m * D + place(i) + d] = 1;
  put("head.weight", [n * d, m * D], head);
  return state;
}
