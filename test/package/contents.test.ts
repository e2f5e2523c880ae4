import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { build } from "esbuild";
import { pack } from "./packed.js";

const packed = pack();
const { manifest } = packed;
const root = join(packed.folder, "package");
const paths = packed.files.map(({ path }) => path).sort();
test.after.always(packed.remove);

const expected = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|CITATION\.cff)$/,
  /^dist\/src\/.+\.(?:js|d\.ts)$/,
  /^dist\/workers\/\w+\.(?:c?js|d\.c?ts)$/,
  /^dist\/browser\/(?:plateau\.js|licenses\.txt)$/,
  /^docs\/.+\.md$/,
  /^docs\/figures\/[\w-]+\.svg$/,
  /^examples\/(?:[\w-]+\.mjs|README\.md|(?:autos|cars)\.csv)$/,
  /^examples\/machines\/(?:Dockerfile|[\w-]+\.(?:yaml|sh))$/,
  /^test\/fixtures\/golden\/[\w.-]+\.safetensors$/,
];

test("the package holds what users run and read, and nothing else", (t) => {
  t.deepEqual(
    paths.filter((path) => !expected.some((pattern) => pattern.test(path))),
    [],
  );
  for (const pattern of expected)
    t.true(
      paths.some((path) => pattern.test(path)),
      String(pattern),
    );
});

test("the package is below 3 MB, unpacked below 8", (t) => {
  t.log(`${packed.size} bytes, ${packed.unpackedSize} unpacked, ${paths.length} files`);
  t.true(packed.size < 3e6, `${packed.size} bytes`);
  t.true(packed.unpackedSize < 8e6, `${packed.unpackedSize} bytes unpacked`);
});

/** The files of `exports`, `imports` and `bin`, and those that programs load by their URL. */
function entries(): string[] {
  const exported = Object.values(manifest.exports).flatMap((to) =>
    typeof to === "string" ? [] : [to.default],
  );
  const conditional = Object.values(manifest.imports).flatMap((to) => Object.values(to));
  const named = [...exported, ...conditional, ...Object.values(manifest.bin)];
  const byUrl = paths
    .filter((path) => path.startsWith("dist/") && /\.c?js$/.test(path))
    .flatMap((path) =>
      [
        ...readFileSync(join(root, path), "utf8").matchAll(
          /new URL\("(\.[^"]+\.c?js)", import\.meta\.url\)/g,
        ),
      ].map(([, to]) => join(dirname(path), to)),
    );
  // What piscina is given loads the worker beside it.
  return [...new Set([...named, ...byUrl, "dist/workers/trial.js"])].map((path) => join(root, path));
}

/** Lists of what there is, by which tests reach all of it. */
const forTests = ["dist/src/report/figures/registry.js", "dist/src/runtime/generated/kernels.js"];

/** A module of types alone has no content. */
function isOfTypes(path: string): boolean {
  const text = readFileSync(join(root, path), "utf8");
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").trim() === "export {};";
}

test("everything that is exported finds what it imports, and every module is imported by something", async (t) => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries(),
    outdir: join(packed.folder, "bundles"),
    write: false,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    metafile: true,
    logLevel: "silent",
  });
  const reached = new Set(Object.keys(metafile.inputs));
  const modules = paths.filter((path) => /^dist\/.+\.c?js$/.test(path) && !isOfTypes(path));
  t.deepEqual(
    modules.filter((path) => !reached.has(path)),
    forTests,
    "modules that nothing imports",
  );
  const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external && !path.startsWith("node:")).map(({ path }) => path),
  );
  const names = [...new Set(outside.map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)![0]))].sort();
  const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
  t.deepEqual(
    names.filter((name) => !declared.includes(name)),
    [],
    "packages that are not declared",
  );
  // Some are asked for by `require`, once they are needed.
  const texts = [...reached].map((path) => readFileSync(join(root, path), "utf8")).join("\n");
  t.deepEqual(
    declared.filter((name) => !texts.includes(`"${name}"`) && !texts.includes(`"${name}/`)),
    [],
    "dependencies that nothing asks for",
  );
  for (const name of Object.keys(manifest.peerDependencies)) {
    t.true(manifest.peerDependenciesMeta[name]?.optional, `${name} is optional`);
  }
});

test("every exported file has its types", (t) => {
  for (const [entry, to] of Object.entries(manifest.exports)) {
    if (typeof to === "string") t.is(to, "./package.json");
    else for (const path of [to.types, to.default]) t.true(existsSync(join(root, path)), `${entry}: ${path}`);
  }
});

test("links of the pages in the package lead to files in it", (t) => {
  for (const page of paths.filter((path) => path.endsWith(".md"))) {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, link] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      t.true(existsSync(join(root, dirname(page), link)), `${page} links to ${link}`);
    }
  }
});
