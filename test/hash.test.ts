import test from "ava";
import { sha256Hex } from "../src/hash.js";

const text = (value: string) => new TextEncoder().encode(value);

test("the examples of FIPS 180-2 come out", async (t) => {
  t.is(await sha256Hex([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  t.is(await sha256Hex(text("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  t.is(
    await sha256Hex(text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

test("how the bytes are cut into chunks does not matter", async (t) => {
  const whole = await sha256Hex(text("abcdefghij"));
  t.is(await sha256Hex([text("abc"), text(""), text("defghij")]), whole);
  t.is(await sha256Hex(new Set([text("abcdefghi"), text("j")])), whole);
});

test("views of shared memory are hashed as they were at the call", async (t) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const view = new Uint8Array(memory.buffer, 8, 3);
  view.set(text("abc"));
  const hash = sha256Hex(view);
  view.fill(0);
  t.is(await hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
