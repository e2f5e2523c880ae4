import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import anyTest, { type ExecutionContext } from "ava";
import { run } from "../../src/experiments/run.js";
import { weightsSha256 } from "../../src/experiments/weights.js";
import { tiny } from "../cli/plateau.js";
import { given } from "../support/given.js";
import { cache, isThere, type Manager, managers } from "./managers.js";
import { pack, runFile } from "./packed.js";
import { type Registry, serveRegistry } from "./registry.js";

/** One at a time: each installs, and some share what they have fetched. */
const test = anyTest.serial;
const packed = pack();
const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
/** Whether the registry that packages come from answers. */
const answers = await fetch(upstream, { signal: AbortSignal.timeout(20_000) }).then(
  () => true,
  () => false,
);
let registry: Registry;
test.before(async () => {
  registry = await serveRegistry(packed, upstream);
});
test.after.always(() => {
  registry.close();
  packed.remove();
});

const input = { target: "m2n1", seed: 3, steps: 5, dModel: 8, ff: 8, layers: 1, testRows: 200 };

const program = (specifier: string) => `import { run, weightsSha256 } from "${specifier}";
const { model } = await run(${JSON.stringify(input)});
console.log(await weightsSha256(model));
`;
/** SQLite, worker threads and YAML, where a manager keeps packages in an odd place. */
const SWEEP = `target: m2n1
trials: 2
seed: 1
space: {parameters: {lr: {type: log-uniform, low: 0.001, high: 0.01}}}
experiment: {steps: 5, dModel: 8, ff: 8, layers: 1, testRows: 200, trainRows: 1000, validationRows: 100}
`;

interface Project {
  readonly folder: string;
  /** Runs a program in the project; what it writes to stdout. */
  readonly call: (command: readonly string[]) => Promise<string>;
}

/** A new project that has plateau installed. */
async function installed(manager: Manager): Promise<Project> {
  const folder = join(packed.folder, manager.name.replace(/\W+/g, "-"));
  mkdirSync(folder);
  const { specifier = "plateau", environment, files, install } = manager;
  const given = {
    ...(install ? { "package.json": '{"name": "fresh", "private": true, "type": "module"}' } : {}),
    "train.mjs": program(specifier),
    "sweep.yaml": SWEEP,
    ...files,
  };
  for (const [name, content] of Object.entries(given)) writeFileSync(join(folder, name), content);
  // Nothing of the project that the tests run in.
  const own = Object.entries(process.env).filter(
    ([key]) => !/^(?:npm_|npm$|node_options|node_path|ava)/i.test(key),
  );
  const env = {
    ...Object.fromEntries(own),
    npm_config_registry: registry.url,
    NPM_CONFIG_REGISTRY: registry.url,
    ...environment?.(registry.url, cache),
  };
  const call = async ([file, ...args]: readonly string[]) =>
    (await runFile(file, args, { cwd: folder, env, maxBuffer: 2 ** 26 })).stdout;
  if (install) await call(install);
  return { folder, call };
}

for (const manager of managers) {
  const needed = answers
    ? "other package managers are not installed: npm ci --prefix test/package-managers"
    : "no registry of packages answers";
  given(answers && isThere(manager), needed).serial(
    `a fresh project of ${manager.name} trains, sweeps and has the command line`,
    async (t) => {
      t.timeout(300_000);
      const fresh = await installed(manager);
      const { call } = fresh;
      const { model } = await run(input);
      t.is((await call(manager.run("train.mjs"))).trim(), await weightsSha256(model));
      const info = JSON.parse(await call([...manager.plateau, "info", "--json"])) as { version: string };
      t.is(info.version, packed.manifest.version);
      await call([...manager.plateau, "sweep", "sweep.yaml", "--study", "runs.sqlite", "--quiet"]);
      const trials = await call([...manager.plateau, "study", "trials", "runs.sqlite", "--json"]);
      const states = (JSON.parse(trials) as { trials: { state: string }[] }).trials.map(({ state }) => state);
      t.deepEqual(states, ["complete", "complete"]);
      if (manager.name === "npm") await bringsLittle(t, fresh);
      if (manager.name === "npm") await saysWhatToInstall(t, fresh);
    },
  );
}

given(answers, "no registry of packages answers").serial(
  "README's line installs the tarball that npm pack makes, and npx runs its command",
  async (t) => {
    t.timeout(300_000);
    const readme = readFileSync("README.md", "utf8");
    const [, line] = /^(npm install \S+\.tgz)\b/m.exec(readme)!;
    t.is(basename(line), basename(packed.archive), "README names the archive of this version");
    const folder = join(packed.folder, "by-tarball");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{"private": true}');
    const [npm, install] = line.split(" ");
    await runFile(npm, [install, packed.archive, "--no-audit", "--no-fund", "--prefer-offline"], {
      cwd: folder,
    });
    const { stdout } = await runFile("npx", ["--no-install", "plateau", "info", "--json"], { cwd: folder });
    t.is((JSON.parse(stdout) as { version: string }).version, packed.manifest.version);
  },
);

/** What npm has put there: the dependencies with theirs, nothing optional, and no script that would have run. */
async function bringsLittle(t: ExecutionContext, { folder, call }: Project) {
  const listed = await call(["npm", "ls", "--all", "--parseable"]);
  const packages = listed.trim().split("\n").slice(1);
  t.log(`npm installs ${packages.length} packages: plateau and what it depends on`);
  t.true(packages.length <= 30, listed);
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  t.deepEqual(Object.keys(dependencies), ["plateau"]);
  const modules = join(folder, "node_modules");
  for (const name of Object.keys(packed.manifest.dependencies)) t.true(existsSync(join(modules, name)), name);
  for (const name of Object.keys(packed.manifest.peerDependencies))
    t.false(existsSync(join(modules, name)), name);
  for (const path of packages) {
    const { scripts = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const run = ["preinstall", "install", "postinstall"].filter((name) => name in scripts);
    t.deepEqual(run, [], path);
    t.false(readdirSync(path).includes("binding.gyp"), `${path} would be compiled`);
  }
}

/** Whatever needs an optional package names it, and how it is installed, at first need. */
async function saysWhatToInstall(t: ExecutionContext, { folder, call }: Project) {
  // Not by npx, which takes longer to begin than most of this.
  const plateau = [process.execPath, join(folder, "node_modules/.bin/plateau")];
  await call([...plateau, "train", "m2n1", ...tiny, "--out", "run", "--quiet"]);
  writeFileSync(join(folder, "table.parquet"), "PAR1");
  const needs: [args: readonly string[], packages: string][] = [
    [["report", "run", "-o", "a.html"], "vega vega-lite vega-embed"],
    [["report", "run", "-o", "a.html", "--svg", "figures"], "vega vega-lite vega-embed"],
    [["report", "run", "-o", "a.html", "--png", "figures"], "vega vega-lite vega-embed"],
    [["fit", "--data", "table.parquet", "--output", "y"], "hyparquet"],
    [["study", "export", "runs.sqlite", "-o", "trials.parquet"], "hyparquet-writer"],
  ];
  for (const [args, packages] of needs) {
    const { code, stderr } = await call([...plateau, ...args]).then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
    t.is(code, 2, args.join(" "));
    t.true(stderr.trimEnd().endsWith(`npm install ${packages}`), stderr);
    t.regex(stderr, /^error: /);
  }
}
