import { execFile } from "node:child_process";

/** Long enough for a registry that answers. */
const PATIENCE_MILLISECONDS = 120_000;

export interface Signatures {
  readonly said: string;
  readonly problems: readonly string[];
}

/** What `npm audit signatures` comes to: packages that were changed are a problem, a registry that signs none is not. */
export async function signatures(): Promise<Signatures> {
  const args = ["audit", "signatures", "--json", "--fetch-retries=0"];
  const { stdout, stderr, timedOut } = await new Promise<
    Record<"stdout" | "stderr", string> & { timedOut: boolean }
  >((resolve) => {
    execFile("npm", args, { timeout: PATIENCE_MILLISECONDS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, timedOut: error?.killed ?? false });
    });
  });
  return judgeSignatures(stdout, timedOut ? "no answer in two minutes" : stderr);
}

/** @param output of `npm audit signatures --json` */
export function judgeSignatures(output: string, complaint: string): Signatures {
  let found: { invalid?: unknown[]; missing?: unknown[]; error?: { summary?: string } } | undefined;
  try {
    found = JSON.parse(output);
  } catch {
    // Nothing was verified, then.
  }
  if (!Array.isArray(found?.invalid)) {
    const reason = found?.error?.summary ?? complaint.trim().split("\n")[0];
    return {
      said: `NOT CHECKED: signatures of packages are not offered here (${reason})`,
      problems: [],
    };
  }
  const name = (one: unknown) => {
    const { name, version } = one as { name?: string; version?: string };
    return `${name}@${version}`;
  };
  const problems = [
    ...found.invalid.map((one) => `${name(one)} has a signature that is not the registry's`),
    ...(found.missing ?? []).map((one) => `${name(one)} has no signature, though its registry signs`),
  ];
  return { said: `signatures: ${problems.length} of all packages are wrong or missing`, problems };
}
