// Follows every link of the site in site/ that stays in it: the file must be there, and so must the anchor.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL("../../site", import.meta.url));
const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith(".html"));
const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"');

/** Anchors of a page. */
const anchors = new Map();
function anchorsOf(file) {
  if (!anchors.has(file)) {
    const found = readFileSync(file, "utf8").matchAll(/\s(?:id|name)="([^"]*)"/g);
    anchors.set(file, new Set([...found].map(([, id]) => plain(id))));
  }
  return anchors.get(file);
}

const dead = [];
let links = 0;
for (const page of pages) {
  const from = join(site, page);
  // Scripts hold what looks like links.
  const html = readFileSync(from, "utf8").replace(/<script\b[\s\S]*?<\/script>/g, "");
  for (const [, link] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    const [path, anchor] = plain(link).split("#");
    if (/^[a-z][a-z+.-]*:|^\/\//i.test(path)) continue;
    links++;
    let file = path === "" ? from : join(dirname(from), decodeURIComponent(path.split("?")[0]));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    const there = existsSync(file);
    const found =
      !anchor || !file.endsWith(".html") || (there && anchorsOf(file).has(decodeURIComponent(anchor)));
    if (!there || !found) dead.push(`${page}: ${link}`);
    if (relative(site, file).startsWith("..")) dead.push(`${page}: ${link} leaves the site`);
  }
}
for (const link of new Set(dead)) console.error(`dead link in ${link}`);
console.log(`${pages.length} pages, ${links} links within the site, ${new Set(dead).size} dead`);
process.exitCode = dead.length > 0 || links === 0 ? 1 : 0;
