import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "ava";
import ts from "typescript";
import { given } from "../support/given.js";
import { pack, runFile } from "./packed.js";
import { project } from "./project.js";

const packed = pack();
test.after.always(packed.remove);

/** What a user writes; every entry is imported whole, so that all its declarations are looked at. */
const LIBRARY = `import { box, defineTarget, type graph, Model, PlateauError, run, Transformer, type RunResult } from "plateau";
import * as browser from "plateau/browser";
export const result: RunResult = (await run({ target: "m2n1", steps: 5 })).result;
export const model: Model = Transformer.create({ inputDim: 1, outputDim: 1, inputTokens: 2, outputTokens: 2, dModel: 4, heads: 1, ff: 4, encoderLayers: 1, kind: "encoder" });
export const y: Float32Array = model.predict(new Float32Array(2), {});
export const domain = box([0], [1]);
export const code: string = new PlateauError("usage", "no").code;
export const same: typeof run = browser.run;
const tent = defineTarget({ name: "tent", domain: [[-1, 1]], value: ([x]) => Math.abs(x!) });
run({ target: tent }, { signal: { aborted: false } });
export const step: graph.Tensor["shape"] = [1];
// @ts-expect-error: a target is a text, or what defineTarget makes
run({ target: 3 });
// @ts-expect-error: there is no such option
run({ target: "m2n1", stepz: 5 });
`;
const NODE = `export * from "./library.js";
import { readTable, RunDirectory } from "plateau/node";
import { Study } from "plateau/sweep";
import { ExperimentFolder, audit, gap, replicate } from "plateau/experiments";
import { renderHtml, writeReport } from "plateau/report";
export const all = { readTable, RunDirectory, Study, ExperimentFolder, audit, gap, replicate, renderHtml, writeReport };
`;
const root = project(packed, { "library.ts": LIBRARY, "node.ts": NODE }, ["@types/node", "undici-types"]);

/** Parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function problems(file: string, options: ts.CompilerOptions): string[] {
  const all: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    // What is not ours, TypeScript's own libraries, is right.
    skipDefaultLibCheck: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    preserveSymlinks: true,
    ...options,
  };
  const host = ts.createCompilerHost(all);
  const { getSourceFile } = host;
  host.getCurrentDirectory = () => root;
  host.getSourceFile = (name, version, ...rest) => {
    const key = JSON.stringify([name, version]);
    if (!parsed.has(key)) parsed.set(key, getSourceFile(name, version, ...rest));
    return parsed.get(key);
  };
  const program = ts.createProgram([join(root, file)], all, host);
  return ts.getPreEmitDiagnostics(program).map((found) => ts.formatDiagnostic(found, host));
}

const resolutions = {
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};
/** Types of the platform that a program may have: of pages, of Node, of both or of neither. */
const platforms = {
  "those of the DOM": { types: [], lib: ["es2022", "dom"] },
  "those of Node": { types: ["node"], lib: ["es2022"] },
  "both those of the DOM and of Node": { types: ["node"], lib: ["es2022", "dom"] },
  "neither those of the DOM nor of Node": { types: [], lib: ["es2022"] },
};

// valibot's own declarations name `Blob` and `File`, which are the DOM's and Node's: not ours to mend.
const ofOthers = (problem: string) =>
  /node_modules\/valibot\/.*Cannot find name '(?:Blob|File)'/.test(problem);

for (const [resolution, options] of Object.entries(resolutions)) {
  for (const [platform, { types, lib }] of Object.entries(platforms)) {
    // How modules are found and what the platform has do not meet: extremes are enough of the other.
    if (resolution === "bundler" && platform.endsWith("those of Node")) continue;
    test(`every entry has its types under ${resolution}, with ${platform}`, (t) => {
      t.timeout(900_000);
      const found = problems("node.ts", { ...options, types, lib: lib.map((name) => `lib.${name}.d.ts`) });
      t.deepEqual(types.length === 0 && lib.length === 1 ? found.filter((one) => !ofOthers(one)) : found, []);
    });
  }
}

test("with neither, and skipLibCheck, nothing is left to complain of", (t) => {
  t.timeout(900_000);
  const options = { ...resolutions.nodenext, types: [], lib: ["lib.es2022.d.ts"], skipLibCheck: true };
  t.deepEqual(problems("node.ts", options), []);
});

const oldest = resolve("test/package-managers/node_modules/typescript-oldest/bin/tsc");
given(
  existsSync(oldest),
  "the oldest TypeScript is not installed: npm ci --prefix test/package-managers",
).test("the oldest TypeScript that README names takes the types of every entry", async (t) => {
  const version = (await runFile(process.execPath, [oldest, "--version"])).stdout;
  const [, named] = /TypeScript (\d+\.\d+) or later/.exec(readFileSync("README.md", "utf8"))!;
  t.true(version.startsWith(`Version ${named}.`), version);
  const compilerOptions = {
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      preserveSymlinks: true,
    },
    ...{ module: "nodenext", target: "es2022", lib: ["es2022", "dom"], types: [] },
  };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["node.ts"] }));
  const said = await runFile(process.execPath, [oldest, "-p", root]).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
  t.is(said, "");
});
