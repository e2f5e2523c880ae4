import { join } from "node:path";
import test from "ava";
import ts from "typescript";
import { pack } from "./packed.js";
import { project } from "./project.js";

const packed = pack();
test.after.always(packed.remove);

/** What a user writes; every entry is imported whole, so that all its declarations are looked at. */
const LIBRARY = `import { box, Model, PlateauError, run, Transformer, type RunResult } from "plateau";
import * as browser from "plateau/browser";
export const result: RunResult | undefined = (await run({ target: "m2n1", steps: 5 })).result;
export const model: Model = Transformer.create({ inputDim: 1, outputDim: 1, inputTokens: 2, outputTokens: 2, dModel: 4, heads: 1, ff: 4, encoderLayers: 1, kind: "encoder" });
export const y: Float32Array = model.predict(new Float32Array(2), {});
export const domain = box([0], [1]);
export const code: string = new PlateauError("usage", "no").code;
export const same: typeof run = browser.run;
// @ts-expect-error: a target is named by a text
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
const lib = (...names: string[]) => names.map((name) => `lib.${name}.d.ts`);

test("every entry has its types under nodenext, without those of the DOM", (t) => {
  const options = { ...resolutions.nodenext, types: ["node"], lib: lib("es2023") };
  t.deepEqual(problems("node.ts", options), []);
});

test("every entry has its types under bundler, with those of the DOM", (t) => {
  const options = { ...resolutions.bundler, types: ["node"], lib: lib("es2023", "dom") };
  t.deepEqual(problems("node.ts", options), []);
});

test("plateau alone has its types where there are none of Node", (t) => {
  const options = { ...resolutions.nodenext, types: [], lib: lib("es2023", "dom") };
  t.deepEqual(problems("library.ts", options), []);
});
