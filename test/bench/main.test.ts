import test from "ava";
import { startScript } from "../cli/plateau.js";

const refused: [args: string[], message: RegExp][] = [
  [
    ["--only", "nosuch"],
    /^error: no benchmark named nosuch \(known: gemm, step, predict, startup, kernel, .*\n$/,
  ],
  [["--build", "fast"], /^error: --build fast is none of strict, relaxed\n$/],
  [["--seconds", "0"], /^error: --seconds 0 is no time above 0\n$/],
  [["--foo"], /^error: Unknown option '--foo' \(see --help\)\n$/],
];

test("benchmarks refuse bad usage in one line, with code 2", async (t) => {
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await startScript(["dist/bench/main.js", ...args]).ended;
    t.is(code, 2);
    t.regex(stderr, message);
    t.is(stdout, "");
  }
});
