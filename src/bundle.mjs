// Writes dist/browser/: plateau.js, the library and what it depends on as one module for pages that use no
// bundler, and licenses.txt, the licenses of what is in it. Run behind tsc: it reads dist/src/.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const folder = "dist/browser";
rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["dist/src/index.js"],
  outfile: `${folder}/plateau.js`,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  metafile: true,
  legalComments: "none",
  // Tools that tell modules from scripts by what a line begins with see that this is one.
  footer: { js: "export {};" },
  banner: { js: "/* plateau; licenses.txt beside this file says whose work it holds */" },
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [],
  ),
);
writeFileSync(`${folder}/licenses.txt`, [".", ...[...packages].sort()].map(licenseOf).join("\n\n---\n\n"));

function licenseOf(name) {
  const from = name === "." ? name : `node_modules/${name}`;
  const { name: title, version, license, author } = JSON.parse(readFileSync(`${from}/package.json`, "utf8"));
  const file = readdirSync(from).find((entry) => /^licen[cs]e(\.md|\.txt)?$/i.test(entry));
  const by = typeof author === "string" ? author : author?.name;
  const heading = `${title} ${version}, ${license}${by ? `, by ${by}` : ""}`;
  return file ? `${heading}\n\n${readFileSync(`${from}/${file}`, "utf8").trim()}` : heading;
}
