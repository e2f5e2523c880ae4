import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { launch } from "../support/chromium.js";
import type { Hashes } from "./program.js";
import type { Found } from "./runtimes.js";
import { stored } from "./stored.js";

/** Seen from dist/test/conformance. */
const DIST = new URL("../../", import.meta.url);
const SCRIPTS = new Set(["/browser/plateau.js", "/test/conformance/program.js", "/bench/configs.js"]);

const PROGRAM = `
  import * as plateau from "/browser/plateau.js";
  import { program, slicedTraining } from "/test/conformance/program.js";
  export const done = (async () => {
    const isolated = globalThis.crossOriginIsolated || typeof SharedArrayBuffer !== "undefined";
    const threads = await slicedTraining(plateau, 2).catch((error) => error.message);
    return { isolated, threads, hashes: await program(plateau) };
  })().catch((error) => ({ failed: String(error.stack ?? error) }));
`;
const pages: Record<string, readonly [type: string, content: string]> = {
  "/": ["text/html", "<!doctype html><title>plateau</title>"],
  "/program.js": ["text/javascript", PROGRAM],
  "/worker.js": ["text/javascript", 'import { done } from "/program.js"; postMessage(await done);'],
  "/page.js": ["text/javascript", 'import { done } from "/program.js"; globalThis.found = await done;'],
  "/page": ["text/html", '<!doctype html><script type="module" src="/page.js"></script>'],
};

interface Printed {
  readonly failed?: string;
  readonly isolated: boolean;
  readonly threads: string;
  readonly hashes: Hashes;
}

/** A server of this machine alone; no header asks for isolation from other origins. */
async function serve(headers: Record<string, string> = {}) {
  const server = createServer(({ url = "/" }, response) => {
    const [type, content] = SCRIPTS.has(url)
      ? ["text/javascript", readFileSync(new URL(`.${url}`, DIST))]
      : (pages[url] ?? []);
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": type ?? "text/plain",
      ...headers,
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** The program in a page, or in a Web Worker of one, from a plain module script. */
export async function inChromium(
  executable: string,
  where: "page" | "worker",
  seconds: number,
): Promise<Found> {
  const { origin, close } = await serve();
  const browser = await launch(executable);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(1000 * seconds);
    if (where === "page") await page.goto(`${origin}/page`);
    else {
      await page.goto(origin);
      await page.evaluate(() => {
        const worker = new Worker("/worker.js", { type: "module" });
        const tell = (found: unknown) => Object.assign(globalThis, { found });
        worker.onmessage = ({ data }) => tell(data);
        worker.onerror = ({ message }) => tell({ failed: message });
      });
    }
    const handle = await page.waitForFunction(() => (globalThis as { found?: Printed }).found);
    const { failed, isolated, threads, hashes } = (await handle.jsonValue()) as Printed;
    if (failed) throw new Error(failed);
    if (isolated) throw new Error("the page has shared memory, which was not asked for");
    const found: Found = {};
    for (const feature of Object.keys(stored())) found[feature] = { not: "is for runtimes of servers" };
    for (const [feature, hash] of Object.entries(hashes)) found[feature] = { is: hash };
    if (!threads.includes("pages train on one thread")) throw new Error(`of threads it says: ${threads}`);
    found["2 threads"] = { not: "pages train on one thread, and say so" };
    return found;
  } finally {
    await browser.close();
    close();
  }
}

/** How the program fails in a page that is served with a Content-Security-Policy. */
export async function failureUnder(executable: string, policy: string): Promise<string | undefined> {
  const { origin, close } = await serve({ "content-security-policy": policy });
  const browser = await launch(executable);
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/page`);
    // A policy without 'unsafe-eval' takes polling functions from the test, too; evaluation is the debugger's.
    for (;;) {
      const found = await page.evaluate(() => (globalThis as { found?: Printed }).found);
      if (found) return found.failed;
      await page.waitForTimeout(50);
    }
  } finally {
    await browser.close();
    close();
  }
}
