// The site: `npm run site` writes it to site/, the API by typedoc from the sources, with guides and README beside it.
import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const at = (path) => new URL(`../../${path}`, import.meta.url).pathname;

/** Guides in the order in which a reader meets them. */
const guides = [
  "first-ten-minutes",
  "your-own-function",
  "your-own-table",
  "read-a-report",
  "protocols",
  "sweeps",
  "machines",
  "replicate-and-audit",
  "theory-by-construction",
  "extending",
  "performance-and-builds",
  "reproducibility",
  "from-pytorch",
];

export default {
  name: "plateau",
  entryPoints: Object.values(exports)
    .filter((entry) => entry.types)
    .map(({ types }) => at(types.replace("dist/src/", "src/").replace(".d.ts", ".ts"))),
  tsconfig: at("tsconfig.json"),
  readme: at("README.md"),
  projectDocuments: [
    ...guides.map((guide) => at(`docs/guides/${guide}.md`)),
    ...[
      "docs/theory.md",
      "docs/replication.md",
      "docs/performance.md",
      "docs/reliability.md",
      "examples/README.md",
      "CHANGELOG.md",
    ].map(at),
  ],
  out: at("site"),
  plugin: ["typedoc-plugin-missing-exports", at("docs/site/plugin.mjs")],
  customCss: at("docs/site/site.css"),
  // Types that public ones are made of, and that nobody imports by name, have a page all the same.
  internalModule: "parts",
  // What `assembly/build.mjs` writes: documented where it is written by hand.
  exclude: [at("src/runtime/generated/**")],
  intentionallyNotExported: ["Kernels"],
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  sort: ["source-order"],
  sortEntryPoints: false,
  kindSortOrder: ["Document", "Module", "Class", "Function", "Variable", "Interface", "TypeAlias"],
  navigation: { includeGroups: false, includeCategories: false, includeFolders: false },
  highlightLanguages: [
    "html",
    "javascript",
    "typescript",
    "bash",
    "console",
    "yaml",
    "python",
    "json",
    "csv",
  ],
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  requiredToBeDocumented: ["Class", "Function", "Interface", "TypeAlias", "Variable", "Method"],
  treatValidationWarningsAsErrors: true,
};
