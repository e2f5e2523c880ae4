// GFLOP/s of every kernel against its operations a byte, from docs/figures/data/bench.json (npm run bench -- --out).
// The two lines are the fastest loop of multiply-adds and the fastest copy of the same run.
import { benchData } from "./data/read.mjs";

export default async function figure() {
  const results = benchData();
  const kernels = Object.entries(results).flatMap(([name, values]) => {
    if (!name.startsWith("kernel:") || values.intensity === undefined) return [];
    const [, kernel] = name.split(":");
    const kind = /^gemm/.test(kernel)
      ? "matrix product"
      : /^attention|^linearAttention/.test(kernel)
        ? "attention"
        : /Update$/.test(kernel)
          ? "optimizer"
          : /^layernorm/.test(kernel)
            ? "LayerNorm"
            : "element-wise, sums";
    return [{ name, kind, intensity: values.intensity, gflops: values.gflops }];
  });
  const peak = Math.max(...kernels.map(({ name, gflops }) => gflops / results[name].flopShare));
  const copies = Object.values(results).flatMap(({ gbps, byteShare }) =>
    byteShare ? [gbps / byteShare] : [],
  );
  const bandwidth = Math.max(...copies);
  const intensities = kernels.map(({ intensity }) => intensity);
  const [least, most] = [Math.min(...intensities) / 1.5, Math.max(...intensities) * 1.5];
  const roof = [least, peak / bandwidth, most].map((intensity) => ({
    intensity,
    gflops: Math.min(peak, bandwidth * intensity),
  }));
  const x = { field: "intensity", type: "quantitative", scale: { type: "log" }, title: "operations a byte" };
  const y = { field: "gflops", type: "quantitative", scale: { type: "log" }, title: "GFLOP/s" };
  return {
    width: 520,
    height: 320,
    layer: [
      {
        data: { values: roof },
        mark: { type: "line", color: "#6b6b6b", strokeWidth: 1.2 },
        encoding: { x: { ...x, scale: { type: "log", nice: false } }, y },
      },
      {
        data: { values: kernels },
        mark: { type: "point", filled: true, size: 35, opacity: 0.8 },
        encoding: { x, y, color: { field: "kind", type: "nominal", title: null } },
      },
    ],
  };
}
