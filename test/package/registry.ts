import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Packed } from "./packed.js";

/** A registry of npm on this machine. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/**
 * Serves the packed package as a registry would, so that it is installed by its name; whoever asks for another
 * is sent on to `upstream`.
 */
export async function serveRegistry({ archive, manifest }: Packed, upstream: string): Promise<Registry> {
  const tarball = readFileSync(archive);
  const digest = (algorithm: string, encoding: "base64" | "hex") =>
    createHash(algorithm).update(tarball).digest(encoding);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", url);
    if (pathname === "/plateau") {
      const dist = {
        tarball: `${url}/plateau.tgz`,
        integrity: `sha512-${digest("sha512", "base64")}`,
        shasum: digest("sha1", "hex"),
      };
      const { version } = manifest;
      // Long ago: some managers do not take what is new.
      const time = Object.fromEntries(
        ["created", "modified", version].map((at) => [at, "2020-01-01T00:00:00Z"]),
      );
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          name: "plateau",
          "dist-tags": { latest: version },
          versions: { [version]: { ...manifest, dist } },
          time,
        }),
      );
    } else if (pathname === "/plateau.tgz") {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(tarball);
    } else if (request.method === "GET") {
      response.writeHead(302, { location: `${upstream.replace(/\/$/, "")}${request.url}` });
      response.end();
    } else {
      // Audits and the like.
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { url, close: () => void server.close() };
}
