import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { verify } from "../../src/experiments/verify/index.js";
import { readSafetensors, writeSafetensors } from "../../src/formats/safetensors.js";

const folder = new URL("../../../test/fixtures/golden/", import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".safetensors"))
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }));

for (const file of files) {
  test(`${file.name} holds its limits`, (t) => {
    const { cases, passed } = verify([file]);
    t.is(cases[0].problem, undefined);
    for (const [tensor, error] of Object.entries(cases[0].errors))
      t.true(error <= cases[0].limits[tensor], `${tensor}: ${error}`);
    t.is(passed, 1);
    t.true(Object.keys(cases[0].errors).length >= (file.name.startsWith("model.") ? 20 : 2));
  });
}

/** A file with one number of one tensor changed by a share of the tensor's largest magnitude. */
function tampered(name: string, tensor: string, share: number): Uint8Array {
  const { metadata, tensors } = readSafetensors(files.find((file) => file.name.startsWith(name))!.bytes);
  const data = (tensors.get(tensor)!.data as Float64Array).slice();
  data[0] += share * data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  tensors.set(tensor, { ...tensors.get(tensor)!, data } as never);
  return writeSafetensors(tensors, metadata);
}

test("a reference that is off by a hundred-thousandth fails, in any kind of tensor", (t) => {
  for (const [name, tensor] of [
    ["op.linear.", "out"],
    ["op.attention-causal", "grad.w_in"],
    ["op.layernorm.", "grad.x"],
    ["model.m2n1", "out"],
    ["model.m2n1", "grad.head.weight"],
    ["model.encoder", "train.losses"],
  ]) {
    t.is(verify([{ name, bytes: tampered(name, tensor, 1e-5) }]).failed, 1, `${name} ${tensor}`);
    t.is(verify([{ name, bytes: tampered(name, tensor, 0) }]).failed, 0);
  }
});

test("a file that cannot be run is a failed case that says why", (t) => {
  const bytes = new TextEncoder().encode("no tensors here");
  const { cases, failed } = verify([{ name: "op.x.safetensors", bytes }]);
  t.is(failed, 1);
  t.truthy(cases[0].problem);
  const unknown = writeSafetensors(new Map(), { kind: "op", op: "fourier" });
  t.regex(verify([{ name: "op.f", bytes: unknown }]).cases[0].problem!, /no op fourier/);
});

test("a file that says null for no clipping is run without", (t) => {
  const file = files.find(({ name }) => name === "model.m2n1-d4.safetensors")!;
  const { metadata, tensors } = readSafetensors(file.bytes);
  const clipped = (clipNorm: unknown) => {
    const config = JSON.stringify({ ...JSON.parse(metadata["config"]), clipNorm });
    const bytes = writeSafetensors(tensors, { ...metadata, config });
    return verify([{ name: file.name, bytes }]).cases[0];
  };
  t.is(clipped(null).problem, undefined);
  t.deepEqual(clipped(null), clipped(0));
});

test("the problem of a file names it once", (t) => {
  const [{ problem }] = verify([{ name: "a/README.md", bytes: new Uint8Array(100).fill(65) }]).cases;
  t.regex(problem!, /^a\/README\.md: (?!.*README)/);
});
