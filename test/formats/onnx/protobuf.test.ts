import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { writeOnnx } from "../../../src/formats/onnx/model.js";
import { Message } from "../../../src/formats/onnx/protobuf.js";

const hex = (message: Message) => Buffer.from(message.finish()).toString("hex");

test("messages are encoded as the examples of protobuf's own documentation", (t) => {
  t.is(hex(new Message().int(1, 150)), "089601");
  t.is(hex(new Message().text(2, "testing")), "120774657374696e67");
  t.is(hex(new Message().message(3, new Message().int(1, 150))), "1a03089601");
  t.is(hex(new Message().int(1, -2)), "08feffffffffffffffff01");
  t.is(hex(new Message().int(1, 0).float(2, 1)), "0800150000803f");
});

test("numbers up to 2^53 - 1 and fields beyond 15 take as many bytes as they need", (t) => {
  t.is(hex(new Message().int(16, 1)), "800101");
  t.is(hex(new Message().int(1, 2 ** 53 - 1)), "08ffffffffffffff0f");
  t.is(new Message().ints(1, [1, 127, 128]).length, 7);
});

test("a constant whose shape does not hold its numbers is refused by name", (t) => {
  const error = t.throws(() =>
    writeOnnx({
      name: "a",
      producerVersion: "0",
      inputs: [],
      outputs: [],
      nodes: [],
      constants: new Map([["w", { dtype: "F32", shape: [2, 2], data: new Float32Array(3) }]]),
    }),
  );
  t.true(error instanceof PlateauError && error.code === "shape-mismatch");
  t.regex(error.message, /"w": shape \[2, 2\] does not hold the 3 elements/);
});
