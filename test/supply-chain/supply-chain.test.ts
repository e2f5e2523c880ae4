import { readFileSync } from "node:fs";
import test from "ava";
import { licenceProblems } from "./licences.js";
import { dependencies, type Lock, type LockEntry, lockProblems } from "./lock.js";
import { judgeSignatures } from "./signatures.js";

const read = <T>(file: string) => JSON.parse(readFileSync(file, "utf8")) as T;
const manifest = read<LockEntry>("package.json");
const lock = read<Lock>("package-lock.json");

/** The project's lock file with an entry changed or added. */
const withEntry = (path: string, entry: Partial<LockEntry>): Lock => ({
  ...lock,
  packages: { ...lock.packages, [path]: { ...lock.packages[path], ...entry } },
});

test("licences of all packages go with that of the project, for whom they are", (t) => {
  t.deepEqual(licenceProblems(dependencies(lock)), []);
});

test("another licence, or none, is found", (t) => {
  const found = (path: string, license: string | undefined) =>
    licenceProblems(dependencies(withEntry(path, { license })));
  for (const license of [
    "GPL-3.0-only",
    "MIT AND AGPL-3.0",
    "Proprietary",
    "SEE LICENSE IN LICENSE",
    "UNLICENSED",
  ]) {
    t.deepEqual(found("node_modules/commander", license), [
      `node_modules/commander is under ${license}, which production may not be`,
    ]);
  }
  t.is(found("node_modules/commander", undefined)[0], "node_modules/commander has no licence");
  t.deepEqual(found("node_modules/commander", "(MIT OR GPL-3.0-only)"), []);
  // What binds changes of its own files may be installed beside the package, not come with it.
  t.is(found("node_modules/commander", "MPL-2.0").length, 1);
  t.deepEqual(found("node_modules/vega", "MPL-2.0"), []);
  // Read once by people, and no longer the one that was read.
  t.is(found("node_modules/dejavu-fonts-ttf", "SEE LICENSE IN EULA").length, 1);
});

test("no package that users get runs a script when it is installed", (t) => {
  const all = dependencies(lock).filter(({ audience }) => audience === "production");
  t.true(all.length > 10);
  t.deepEqual(
    all.filter(({ entry }) => entry.hasInstallScript).map(({ path }) => path),
    [],
  );
});

test("packages are told apart by who gets them, those of their dependencies too", (t) => {
  const audience = (path: string) => dependencies(lock).find((one) => one.path === path)?.audience;
  t.is(audience("node_modules/libsql"), "production");
  t.is(audience("node_modules/@libsql/linux-x64-gnu"), "production");
  t.is(audience("node_modules/bullmq"), "optional peer");
  t.is(audience("node_modules/msgpackr"), "optional peer");
  t.is(audience("node_modules/ava"), "development");
});

test("the lock file is in step with package.json, and has a hash of everything", (t) => {
  t.deepEqual(lockProblems(manifest, lock), []);
  t.is(
    lockProblems({ ...manifest, dependencies: { ...manifest.dependencies, left: "^1.0.0" } }, lock).length,
    1,
  );
  t.regex(
    lockProblems(manifest, withEntry("node_modules/yaml", { integrity: undefined }))[0],
    /yaml has no sha512/,
  );
  t.regex(
    lockProblems(manifest, withEntry("node_modules/yaml", { link: true }))[0],
    /yaml is from no registry/,
  );
  t.is(lockProblems(manifest, { ...lock, lockfileVersion: 1 })[0], "its version is 1, not 3");
});

test("signatures: wrong ones are a problem, a registry without any is said", (t) => {
  t.deepEqual(judgeSignatures('{"invalid": [], "missing": []}', "").problems, []);
  const bad =
    '{"invalid": [{"name": "a", "version": "1.0.0"}], "missing": [{"name": "b", "version": "2.0.0"}]}';
  t.is(judgeSignatures(bad, "").problems.length, 2);
  const none = judgeSignatures(
    "",
    "npm error found no dependencies to audit that were installed from a supported registry",
  );
  t.deepEqual(none.problems, []);
  t.regex(none.said, /^NOT CHECKED: .* not offered here \(npm error found no dependencies/);
});
