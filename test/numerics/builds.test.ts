import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { supports } from "../../src/runtime/compile.js";
import { given } from "../support/given.js";
import { otherNode } from "../support/runtimes.js";

const script = fileURLToPath(new URL("../../bench/numerics/gradients.js", import.meta.url));
const major = Number.parseInt(process.versions.node, 10);

/** Random networks and graphs, in a process whose engine has other flags. */
function gradients(
  t: ExecutionContext,
  node: string,
  flags: readonly string[],
  args: readonly string[],
): string {
  const all = [...flags, script, "--networks", "12", "--graphs", "60", "--seed", "3", ...args];
  const { status, stdout, stderr } = spawnSync(node, all, { encoding: "utf8" });
  t.is(status, 0, stdout + stderr);
  return stdout;
}

test("the relaxed build's gradients are those of float64, as far as float32 can", (t) => {
  t.timeout(240_000);
  // Node 20 has it behind a flag.
  const flags = supports("relaxed") ? [] : ["--experimental-wasm-relaxed-simd"];
  t.regex(gradients(t, process.execPath, flags, ["--build", "relaxed"]), /12 networks: .*\n60 graphs: /);
});

const node24 = major >= 24 ? process.execPath : otherNode(24);
given(node24 && process.arch === "x64", "Node 24 is not installed, or this is not x64").test(
  "so are those of widened kernels",
  (t) => {
    t.timeout(240_000);
    t.regex(gradients(t, node24!, [], ["--wide"]), /"wide":true/);
  },
);
