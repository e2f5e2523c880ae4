import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { wasmBytes } from "../../src/runtime/compile.js";
import { Engine } from "../../src/runtime/engine.js";
import { refused } from "../../src/runtime/refused.js";
import { given } from "../support/given.js";
import { bun, deno, NO_RUNTIMES, otherNode } from "../support/runtimes.js";

const PAGE = 65536;
const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const many = fileURLToPath(new URL("../support/many-models.js", import.meta.url));

/** Memory that grows to so many pages and no further. */
function withLittleMemory<R>(pages: number, work: () => R): R {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({ ...descriptor, maximum: pages });
    }
  };
  try {
    return work();
  } finally {
    WebAssembly.Memory = Memory;
  }
}

for (const shared of [false, true]) {
  test(`memory that ${shared ? "is shared and " : ""}cannot grow is an error that says what to do, and nothing is allocated`, (t) => {
    const engine = withLittleMemory(48, () => new Engine({ shared }));
    const { used } = engine;
    const error = t.throws(() => engine.allocate(64 * PAGE), { instanceOf: PlateauError });
    t.is(error.code, "memory");
    t.regex(error.message, /^no memory for \d{7} bytes: .* use a smaller model, batch or fewer rows/);
    t.is(engine.used, used);
    t.notThrows(() => engine.allocate(PAGE), "what fits still fits");
  });
}

test("a model that finds no memory leaves the next one unharmed", (t) => {
  const options = {
    inputDim: 2,
    outputDim: 2,
    inputTokens: 2,
    outputTokens: 2,
    dModel: 256,
    heads: 4,
    ff: 1024,
  };
  const create = () => Transformer.create({ ...options, encoderLayers: 1, decoderLayers: 1 }, { seed: 1 });
  const error = t.throws(() => withLittleMemory(32, create), { instanceOf: PlateauError });
  t.is(error.code, "memory");
  t.is(create().predict(new Float32Array(4)).length, 4);
});

given(process.platform !== "win32", "Windows has no ulimit").test(
  "more memories than a process has address space for are an error that says what to do",
  (t) => {
    const limited = 'ulimit -v 60000000 && exec "$0" "$1"';
    const { stdout, status } = spawnSync("sh", ["-c", limited, process.execPath, many], { encoding: "utf8" });
    t.is(status, 0);
    const { models, code, message } = JSON.parse(stdout);
    t.true(models >= 1);
    t.is(code, "memory");
    t.regex(message, /keep fewer models at a time, or raise the limit \(ulimit -v\)$/);
  },
);

const engines: Record<
  string,
  readonly [command: string | undefined, args: string[], env?: Record<string, string>]
> = {
  "this Node": [process.execPath, ["--no-enable-sse4-1"]],
  "Node 24": [otherNode(24), ["--no-enable-sse4-1"]],
  Deno: [deno(), ["run", "-A", "--v8-flags=--no-enable-sse4-1"]],
  Bun: [bun(), [], { BUN_JSC_useWasmSIMD: "0" }],
};
for (const [name, [command, args, env]] of Object.entries(engines)) {
  const why = command ? "these flags are for x64" : NO_RUNTIMES;
  given(command && process.arch === "x64", why).test(
    `without SIMD instructions, ${name} is told what runs plateau`,
    (t) => {
      const run = (...words: string[]) =>
        spawnSync(command!, [...args, MAIN, ...words], { encoding: "utf8", env: { ...process.env, ...env } });
      const { status, stderr } = run("train", "m2n1", "--steps", "1");
      t.is(status, 1);
      t.regex(
        stderr,
        /error: this JavaScript engine has no WebAssembly SIMD: use Node ≥ 20, Deno 2, Bun 1 or a /,
      );
      const info = JSON.parse(run("info", "--json").stdout);
      t.deepEqual(info.builds, []);
      t.false(info.widened.wide);
    },
  );
}

test("a policy that forbids WebAssembly and a lack of memory are told apart from missing SIMD", (t) => {
  const bytes = wasmBytes("strict");
  const policy = new WebAssembly.CompileError(
    "Refused to compile: violates Content Security Policy directive",
  );
  t.like(refused("strict", bytes, policy), { code: "permission", cause: policy });
  t.regex(refused("strict", bytes, policy).message, /add 'wasm-unsafe-eval' to its script-src$/);
  t.like(refused("strict", bytes, new RangeError("Out of memory")), { code: "memory" });
  t.like(refused("strict", bytes.subarray(0, 100), new WebAssembly.CompileError("short")), { code: "simd" });
});
