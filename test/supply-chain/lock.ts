/** An entry of package-lock.json, as far as it is looked at. */
export interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly lockfileVersion: number;
  /** By path; "" is the project itself. */
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/** Who gets a package: every user, who asks for what it is needed for, who works on the project. */
export type Audience = "production" | "optional peer" | "development";

export interface Dependency {
  readonly name: string;
  /** Where it lies, as the lock file has it. */
  readonly path: string;
  readonly audience: Audience;
  readonly entry: LockEntry;
}

/** All packages of a lock file with the smallest audience rule that reaches them: users first. */
export function dependencies({ packages }: Lock): Dependency[] {
  const root = packages[""];
  const audience = new Map<string, Audience>();
  const walk = (from: string, names: readonly string[], to: Audience) => {
    for (const name of names) {
      const path = resolvePath(packages, from, name);
      // Of another platform, or optional and left out.
      if (path === undefined || audience.has(path)) continue;
      audience.set(path, to);
      walk(path, needs(packages[path]), to);
    }
  };
  const own = Object.keys({ ...root.dependencies, ...root.optionalDependencies });
  walk("", own, "production");
  walk("", Object.keys(root.peerDependencies ?? {}), "optional peer");
  return Object.entries(packages).flatMap(([path, entry]) =>
    path === ""
      ? []
      : [{ name: nameOf(path), path, audience: audience.get(path) ?? ("development" as const), entry }],
  );
}

/** What comes with a package: not its optional peers. */
function needs({
  dependencies,
  optionalDependencies,
  peerDependencies,
  peerDependenciesMeta,
}: LockEntry): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** As Node looks for it: beside the package, then beside each that it lies in. */
function resolvePath(packages: Lock["packages"], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === "") return undefined;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;

/** What is wrong with a lock file beside the manifest that it locks: nothing, hopefully. */
export function lockProblems(manifest: LockEntry, lock: Lock): string[] {
  const problems: string[] = [];
  if (lock.lockfileVersion !== 3) problems.push(`its version is ${lock.lockfileVersion}, not 3`);
  const root = lock.packages[""] ?? {};
  for (const kind of kinds) {
    const [wanted, locked] = [manifest[kind] ?? {}, root[kind] ?? {}];
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
      if (wanted[name] === locked[name]) continue;
      problems.push(
        `${kind}: ${name} is ${wanted[name]} in package.json, ${locked[name]} in package-lock.json`,
      );
    }
    for (const [name, range] of Object.entries(wanted)) {
      if (/^(?:git|file|https?|github|link)|\//.test(range)) problems.push(`${name} is no version: ${range}`);
    }
  }
  for (const { path, entry } of dependencies(lock)) {
    if (!/^sha512-/.test(entry.integrity ?? "")) problems.push(`${path} has no sha512: ${entry.integrity}`);
    if (entry.link || /^(?:git|file)/.test(entry.resolved ?? ""))
      problems.push(`${path} is from no registry`);
  }
  return problems;
}
