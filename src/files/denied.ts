/**
 * What Deno was not allowed, as a remedy: "Deno was not given --allow-write: …"; undefined where a cause is another.
 * Node and Bun allow everything.
 */
export function deniedPermission(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const [flag] = /--allow-[a-z]+/.exec(cause.message) ?? [];
  // libsql's native part comes through `require`, whose error has Deno's as text alone.
  if (flag === undefined || !(cause.name === "NotCapable" || /^Requires /.test(cause.message)))
    return undefined;
  return `Deno was not given ${flag}: run it with that, or with -A for all permissions`;
}
