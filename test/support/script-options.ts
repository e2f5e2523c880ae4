import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Options of a script; `--help` prints the comment that the script begins with, and so does what is no option of it.
 * @param url `import.meta.url` of the script
 */
export function scriptOptions<T extends ParseArgsConfig>(
  url: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  const usage = () => {
    const lines = readFileSync(fileURLToPath(url), "utf8").split("\n");
    const end = lines.findIndex((line) => !line.startsWith("//"));
    return `${lines
      .slice(0, end)
      .map((line) => line.slice(3))
      .join("\n")}\n`;
  };
  if (process.argv.includes("--help")) {
    process.stdout.write(usage());
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n\n${usage()}`);
    process.exit(2);
  }
}
