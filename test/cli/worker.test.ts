import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import { given } from "../support/given.js";
import { startRedis, withRedis } from "../support/redis.js";
import { freePort, isThere, redisIsThere } from "../support/redis-server.js";
import { folder, plateau, sleep, start } from "./plateau.js";

const SECRET = "hunter2hunter2";
const small = [
  ...["sine(1)", "--trials", "3", "--seed", "1", "--steps", "40", "--batch", "8", "--d-model", "8"],
  ...["--train-rows", "200", "--validation-rows", "50", "--test-rows", "50", "--space", "sound"],
];

withRedis.test("plateau sweep over two workers prints what it prints on threads", async (t) => {
  t.timeout(180_000);
  const { url } = await startRedis(t);
  const cwd = folder(t);
  const workers = [1, 2].map(() => start(["worker", "--redis", url, "--threads", "1", "--once"], { cwd }));
  const over = await plateau(
    ["sweep", ...small, "--study", "a.sqlite", "--executor", "bullmq", "--redis", url, "--json"],
    { cwd },
  );
  t.is(over.code, 0, over.stderr);
  const here = await plateau(["sweep", ...small, "--study", "b.sqlite", "--json"], { cwd });
  const trials = (text: string) =>
    text
      .trim()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .map(({ seconds: _, started: __, ended: ___, ...trial }) => trial)
      .sort((a, b) => a.number - b.number);
  t.is(trials(over.stdout).length, 3);
  t.deepEqual(trials(over.stdout), trials(here.stdout));
  let ran = 0;
  for (const { ended } of workers) {
    const { code, stdout, stderr } = await ended;
    t.is(code, 0, stderr);
    t.regex(stderr, /no sweep is left/);
    ran += Number(/^(\d) trials? run$/m.exec(stdout)![1]);
  }
  t.is(ran, 3, "each trial once, all together");
});

withRedis.test("an interrupted sweep over machines prints the command that continues it", async (t) => {
  t.timeout(120_000);
  const { url } = await startRedis(t);
  const cwd = folder(t);
  const args = ["sweep", ...small, "--study", "a.sqlite", "--executor", "bullmq"];
  const { child, ended } = start([...args, "--redis", url], { cwd });
  let said = "";
  child.stderr!.on("data", (text: string) => (said += text));
  while (!said.includes("no worker is there")) await sleep(50);
  t.regex(
    said,
    new RegExp(`no worker is there: start some, on any machine: plateau worker --redis ${url}\n`),
  );
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  t.is(code, 130);
  t.regex(
    stderr,
    new RegExp(
      `continue with: plateau sweep --study a.sqlite .* --resume --executor bullmq --redis .?${url}`,
    ),
  );
});

withRedis.test("passwords are taken from URL or environment, and never printed", async (t) => {
  t.timeout(180_000);
  const { port } = await startRedis(t, { more: ["--requirepass", SECRET] });
  const cwd = folder(t);
  const url = (password: string) => `redis://:${password}@127.0.0.1:${port}`;
  const shown = `redis://127.0.0.1:${port}`;
  const worker = start(["worker", "--threads", "1", "--once"], { env: { PLATEAU_REDIS: url(SECRET) } });
  const good = await plateau(["sweep", ...small, "--study", "a.sqlite", "--executor", "bullmq"], {
    ...{ cwd, env: { PLATEAU_REDIS: url(SECRET), PLATEAU_DEBUG: "1" } },
  });
  t.is(good.code, 0, good.stderr);
  const done = await worker.ended;
  t.is(done.code, 0, done.stderr);
  t.true(done.stderr.includes(shown), done.stderr);
  const wrong = `${SECRET}x`;
  const bad = [];
  for (const args of [
    ["worker", "--redis", url(wrong)],
    ["worker", "--redis", shown],
    ["sweep", ...small, "--study", "b.sqlite", "--executor", "bullmq", "--redis", url(wrong)],
  ]) {
    const refused = await plateau(args, { cwd, env: { PLATEAU_DEBUG: "1" } });
    t.is(refused.code, 1);
    t.regex(refused.stderr, new RegExp(`error: Redis at ${shown} refuses: (WRONGPASS|NOAUTH)`));
    t.regex(refused.stderr, /give the password in the URL, redis:.*:password@host/);
    bad.push(refused);
  }
  for (const { stdout, stderr } of [good, done, ...bad]) t.false(`${stdout}${stderr}`.includes(SECRET));
});

test("a Redis that is not there, or no address, is said at once and once", async (t) => {
  const port = await freePort();
  const bad: [string[], number, RegExp][] = [
    [
      ["--redis", `redis://127.0.0.1:${port}`],
      1,
      /cannot be reached: connect ECONNREFUSED.*check the address/,
    ],
    [
      ["--redis", "redis://no-such-host.invalid"],
      1,
      /Redis at redis:\/\/no-such-host.invalid:6379 cannot be reached/,
    ],
    [["--redis", `http://me:${SECRET}@127.0.0.1`], 2, /of another protocol: expected redis:\/\/host:6379/],
    [["--redis", "127.0.0.1:6379"], 2, /expected redis:\/\/host:6379/],
    [[], 2, /which trials\? give --redis redis:\/\/host:6379/],
  ];
  for (const [args, code, message] of bad) {
    const found = await plateau(["worker", ...args], { env: { PLATEAU_REDIS: "" } });
    t.is(found.code, code, found.stderr);
    t.regex(found.stderr, message);
    t.is(found.stderr.trim().split("\n").length, 1, found.stderr);
    t.false(found.stderr.includes(SECRET));
  }
});

test("something that is no Redis is no Redis", async (t) => {
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const { code, stderr } = await plateau(["worker", "--redis", `redis://127.0.0.1:${port}`]);
  t.is(code, 1, stderr);
  t.regex(stderr, /^error: Redis at redis:\/\/127\.0\.0\.1:\d+ cannot be reached: /);
});

test("what makes no sense together is refused", async (t) => {
  const cwd = folder(t);
  const bad: [string[], RegExp][] = [
    [["sweep", ...small, "--executor", "kubernetes"], /--executor "kubernetes" is none of threads, bullmq/],
    [
      ["sweep", ...small, "--redis", "redis://127.0.0.1"],
      /--redis is where --executor bullmq finds its workers/,
    ],
    [
      ["worker", "--redis", "redis://127.0.0.1", "--objective", "a b=x.mjs"],
      /--objective "a b=x.mjs": give name=module/,
    ],
    [["worker", "--redis", "redis://127.0.0.1", "--objective", "a=./no.mjs"], /cannot be loaded/],
    [
      ["worker", "--redis", "redis://127.0.0.1", "--objective", "./a.mjs", "--objective", "b/a.mjs"],
      /--objective: "a" is given twice: give one of them another name, name=module/,
    ],
    [["worker", "--redis", "redis://127.0.0.1", "--workers", "2"], /trials at a time are --threads here/],
    [["worker", "--redis", "redis://127.0.0.1", "--threads", "0"], /threads is 0: expected at least 1/],
  ];
  for (const [args, message] of bad) {
    const { code, stderr } = await plateau(args, { cwd });
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
});

withRedis.test("a sweep that cannot be spread makes no study that would be in its way", async (t) => {
  t.timeout(120_000);
  const port = await freePort();
  const { url } = await startRedis(t);
  const cwd = folder(t);
  const away = ["--executor", "bullmq", "--redis", `redis://127.0.0.1:${port}`];
  const bad: [string[], number, RegExp][] = [
    [["sweep", ...small, ...away], 1, /cannot be reached: connect ECONNREFUSED/],
    [["sweep", ...small, "--executor", "bullmq", "--redis", "nowhere"], 2, /expected redis:/],
    [["sweep", ...small, "--redis", url], 2, /give both/],
  ];
  for (const [args, code, message] of bad) {
    const { code: found, stderr } = await plateau([...args, "--study", "a.sqlite"], { cwd });
    t.is(found, code, stderr);
    t.regex(stderr, message);
    t.false(existsSync(join(cwd, "a.sqlite")));
  }
  const { href } = new URL("../../src/targets/own.js", import.meta.url);
  const parts = '{ name: "tent", domain: [[-1, 1]], value: ([x]) => Math.abs(x) }';
  writeFileSync(
    join(cwd, "own.mjs"),
    `import { defineTarget } from "${href}"; export default defineTarget(${parts});\n`,
  );
  const sweep = ["sweep", "./own.mjs", ...small.slice(1), "--study", "a.sqlite"];
  const { code, stderr } = await plateau([...sweep, "--executor", "bullmq", "--redis", url], { cwd });
  t.is(code, 2, stderr);
  t.regex(stderr, /own\.mjs" is a module, and no code travels to workers.*--objective name=module/);
  t.false(existsSync(join(cwd, "a.sqlite")));
});

withRedis.test("an objective of one's own is run where workers have it by its name", async (t) => {
  t.timeout(120_000);
  const { url } = await startRedis(t);
  const cwd = folder(t);
  writeFileSync(join(cwd, "bowl.mjs"), "export default ({ parameters: { x } }) => (x - 1) ** 2;\n");
  const space = { parameters: { x: { type: "uniform", low: 0, high: 2 } } };
  writeFileSync(join(cwd, "space.json"), JSON.stringify(space));
  const worker = start(["worker", "--redis", url, "--objective", "bowl=./bowl.mjs", "--once"], { cwd });
  const sweep = ["sweep", "--objective", "./bowl.mjs", "--space", "space.json", "--trials", "12"];
  const { code, stderr, stdout } = await plateau([...sweep, "--executor", "bullmq", "--redis", url], { cwd });
  t.is(code, 0, stderr);
  t.regex(stdout, /study bowl in runs\.sqlite: 12 complete/);
  t.is((await worker.ended).code, 0);
});

given(isThere("openssl", "version") && redisIsThere, "openssl or redis-server is not installed").test(
  "rediss:// speaks TLS to a Redis whose certificate Node trusts, and to no other",
  async (t) => {
    t.timeout(120_000);
    const path = folder(t);
    const [key, certificate] = [join(path, "key.pem"), join(path, "cert.pem")];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
        ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
      ],
      { stdio: "ignore" },
    );
    const tls = await freePort();
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
    await startRedis(t, { more: ["--tls-port", String(tls), "--tls-auth-clients", "no", ...files] });
    const url = `rediss://localhost:${tls}`;
    const trusted = { NODE_EXTRA_CA_CERTS: certificate };
    const byAddress = `rediss://127.0.0.1:${tls}`;
    const worker = start(["worker", "--redis", byAddress, "--threads", "1", "--once"], { env: trusted });
    const args = ["sweep", ...small, "--study", "a.sqlite", "--executor", "bullmq", "--redis", url];
    const { code, stderr } = await plateau(args, { cwd: path, env: trusted });
    t.is(code, 0, stderr);
    const ended = await worker.ended;
    t.is(ended.code, 0, ended.stderr);
    t.notRegex(ended.stderr, /DEP0123|ServerName/);
    const refused = await plateau(["worker", "--redis", url]);
    t.is(refused.code, 1);
    t.regex(refused.stderr, /cannot be reached: .*certificate.* speaks TLS/);
  },
);
