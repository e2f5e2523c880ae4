// Entry of `npm run supply-chain`: who gets which packages, under which licences; scripts, lock file, signatures. Writes
// build/sbom.cdx.json. Exits 1 on a problem.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import Table from "cli-table3";
import { licenceProblems } from "./licences.js";
import {
  type Audience,
  type Dependency,
  dependencies,
  type Lock,
  type LockEntry,
  lockProblems,
} from "./lock.js";
import { signatures } from "./signatures.js";

const SBOM = "build/sbom.cdx.json";
const run = promisify(execFile);
const read = <T>(file: string) => JSON.parse(readFileSync(file, "utf8")) as T;

const manifest = read<LockEntry & { name: string }>("package.json");
const lock = read<Lock>("package-lock.json");
const all = dependencies(lock);
const of = (audience: Audience) => all.filter((one) => one.audience === audience);

for (const audience of ["production", "optional peer", "development"] as const) {
  console.log(`${audience}: ${of(audience).length} packages`);
  if (audience === "development") console.log(`  ${counts(of(audience))}`);
  else console.log(table(of(audience)));
}
const scripts = all.filter(({ entry }) => entry.hasInstallScript);
for (const { path, audience } of scripts) console.log(`install script: ${path} (${audience})`);
console.log(
  "libsql and @napi-rs/nice bring prebuilt binaries as optional packages, one of which fits the machine: nothing is compiled or run when they are installed",
);

const problems = [
  ...lockProblems(manifest, lock),
  ...licenceProblems(all),
  ...scripts
    .filter(({ audience }) => audience === "production")
    .map(({ path }) => `${path} runs a script when it is installed`),
];
await writeSbom();
const signed = await signatures();
console.log(signed.said);
problems.push(...signed.problems);
for (const problem of problems) console.log(`problem: ${problem}`);
console.log(problems.length > 0 ? `${problems.length} problems` : "supply chain: no problems");
process.exitCode = problems.length > 0 ? 1 : 0;

function counts(some: readonly Dependency[]): string {
  const by = new Map<string, number>();
  for (const { entry } of some) by.set(entry.license ?? "none", (by.get(entry.license ?? "none") ?? 0) + 1);
  return [...by]
    .sort(([, a], [, b]) => b - a)
    .map(([licence, count]) => `${licence} ${count}`)
    .join(", ");
}

function table(some: readonly Dependency[]): string {
  const rows = new Table({ head: ["package", "version", "licence", ""], style: { head: [], border: [] } });
  for (const { name, entry } of some) {
    rows.push([name, entry.version ?? "", entry.license ?? "none", entry.optional ? "optional" : ""]);
  }
  return rows.toString();
}

/**
 * What users get, as CycloneDX: npm makes it of the lock file, under the name of the folder. It is npm's whole list, cut
 * here: `--omit dev` leaves out whatever is needed for development, too, and by users as well.
 */
async function writeSbom(): Promise<void> {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { stdout } = await run("npm", args, { maxBuffer: 2 ** 26 });
  const sbom = JSON.parse(stdout) as Sbom;
  const given = new Set(of("production").map(({ name, entry }) => `${name}@${entry.version}`));
  const root = sbom.metadata.component["bom-ref"];
  sbom.metadata.component.name = manifest.name;
  sbom.components = sbom.components.filter((one) => given.has(one["bom-ref"]));
  sbom.dependencies = sbom.dependencies
    .filter(({ ref }) => ref === root || given.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => given.has(to)) }));
  for (const missing of given) {
    if (sbom.components.some((one) => one["bom-ref"] === missing)) continue;
    problems.push(`${SBOM} lacks ${missing}`);
  }
  mkdirSync("build", { recursive: true });
  writeFileSync(SBOM, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${SBOM}: ${sbom.components.length} components`);
}

interface Sbom {
  readonly metadata: { readonly component: { name: string; readonly "bom-ref": string } };
  components: { readonly "bom-ref": string }[];
  dependencies: { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
