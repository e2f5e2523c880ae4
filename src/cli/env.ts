/** An environment variable; none where Deno may not read it: unset is what each means by default. */
export function env(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}
