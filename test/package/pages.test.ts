import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import anyTest, { type ExecutionContext } from "ava";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { build as vite, createServer as viteServer } from "vite";
import { run } from "../../src/experiments/run.js";
import { weightsSha256 } from "../../src/experiments/weights.js";
import { findChromium, launch } from "../support/chromium.js";
import { pack } from "./packed.js";
import { project } from "./project.js";

const executable = findChromium();
if (!executable) {
  console.warn("training in pages is SKIPPED: there is no Chromium; install one, or name it in CHROMIUM");
}
/** One browser, one page at a time. */
const inPage = executable ? anyTest.serial : anyTest.serial.skip;
let browser: Browser;

/** A training of 200 updates, which takes a page a second. */
const input = { target: "m2n1", seed: 7, steps: 200, dModel: 8, ff: 8, layers: 1, testRows: 500 };

const training = (from: string) => `import { run, weightsSha256 } from "${from}";
export async function train() {
  const { model, result } = await run(${JSON.stringify(input)});
  return { steps: result.steps, rmse: result.test.rmse, sha256: await weightsSha256(model) };
}
`;
const WORKER = `import { train } from "./train.js";
train().then((trained) => postMessage({ trained }), (error) => postMessage({ failed: String(error) }));
`;
/** A bundler finds the worker by this form alone. */
const PAGE = `import { train } from "./train.js";
const inWorker = new Promise((resolve) => {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => resolve({ failed: message });
});
globalThis.trained = Promise.all([train(), inWorker]);
`;
const html = (script: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<script type="module" src="${script}"></script></head><body></body></html>`;

const packed = pack();
const root = project(packed, {
  "index.html": html("/page.js"),
  "page.js": PAGE,
  "worker.js": WORKER,
  "train.js": training("plateau"),
  "all.js": 'import * as plateau from "plateau";\nconsole.log(plateau);\n',
  "plain/index.html": html("./page.js"),
  "plain/page.js": PAGE,
  "plain/worker.js": WORKER,
  "plain/train.js": training("/node_modules/plateau/dist/browser/plateau.js"),
  "built/index.html": html("./page.js"),
});

anyTest.before(async () => {
  if (executable) browser = await launch(executable);
});
anyTest.after.always(async () => {
  await browser?.close();
  packed.remove();
});

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** A server of a folder's files, which sends no headers but their type. */
async function serve(t: ExecutionContext, folder: string): Promise<string> {
  const server: Server = createServer(({ url = "/" }, response) => {
    const path = join(folder, url.endsWith("/") ? `${url}index.html` : url);
    try {
      const content = readFileSync(path);
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Trains in the page and in its worker: both end in the bits of this process, and the page says nothing. */
async function trainsAt(t: ExecutionContext, url: string) {
  const context = await browser.newContext();
  t.teardown(() => context.close());
  // A busy machine takes its time.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() !== "debug") t.fail(`the page says ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => t.fail(`the page fails: ${error.message}`));
  await page.goto(url);
  await page.waitForFunction(() => "trained" in globalThis);
  const [here, worker] = await page.evaluate(
    () => (globalThis as unknown as { trained: Promise<[unknown, unknown]> }).trained,
  );
  const { model, result } = await run(input);
  const expected = { steps: 200, rmse: result.test.rmse, sha256: await weightsSha256(model) };
  t.deepEqual(here, expected);
  t.deepEqual(worker, { trained: expected });
  t.false(await page.evaluate(() => crossOriginIsolated), "no headers are needed");
}

/** What a page can be sent is counted in thousands, not in 1024s. */
const MOST_BYTES = 250_000;

anyTest(
  "all of plateau, bundled by esbuild as it is, is below 250 kB gzipped and has nothing of Node",
  async (t) => {
    const { outputFiles, metafile } = await esbuild({
      absWorkingDir: root,
      entryPoints: ["all.js"],
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      metafile: true,
      logLevel: "silent",
    });
    const [{ imports }] = Object.values(metafile.outputs);
    t.deepEqual(imports, []);
    const bytes = gzipSync(outputFiles[0].contents).length;
    const module = gzipSync(readFileSync(join(root, "node_modules/plateau/dist/browser/plateau.js"))).length;
    t.log(`bundled ${bytes} bytes gzipped; plateau/browser ${module}`);
    t.true(bytes < MOST_BYTES, `${bytes} bytes`);
    t.true(module < MOST_BYTES, `${module} bytes`);
  },
);

anyTest("a bundle is one file: workers of pages, as some bundlers make them, can be no more", async (t) => {
  const { outputFiles } = await esbuild({
    absWorkingDir: root,
    entryPoints: ["all.js"],
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    outdir: join(root, "split"),
  });
  t.is(outputFiles.length, 1);
});

anyTest("what is not used is left out of a bundle", async (t) => {
  const stdin = { contents: 'import { version } from "plateau"; console.log(version);', resolveDir: root };
  const { outputFiles } = await esbuild({ stdin, bundle: true, minify: true, write: false, format: "esm" });
  t.true(outputFiles[0].contents.length < 1000, `${outputFiles[0].contents.length} bytes`);
});

inPage("bundled by esbuild, without options of its own, it trains in a page and in a worker", async (t) => {
  const outdir = join(root, "built");
  await esbuild({
    absWorkingDir: root,
    entryPoints: ["page.js", "worker.js"],
    bundle: true,
    format: "esm",
    outdir,
  });
  await trainsAt(t, `${await serve(t, outdir)}/`);
});

inPage("built by Vite without configuration, it trains in a page and in a worker", async (t) => {
  await vite({ root, logLevel: "error" });
  await trainsAt(t, `${await serve(t, join(root, "dist"))}/`);
});

inPage("served by Vite for development, it trains in a page and in a worker", async (t) => {
  const server = await viteServer({ root, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
  t.teardown(() => server.close());
  await server.listen();
  await trainsAt(t, server.resolvedUrls!.local[0]);
});

inPage("from a page without any bundler, it trains in the page and in a worker", async (t) => {
  await trainsAt(t, `${await serve(t, root)}/plain/`);
});
