import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { main } from "../cli/plateau.js";
import { type Block, blocksOf, commandsOf } from "./blocks.js";
import { agrees } from "./printed.js";

/** One thing that a page says is printed, and what was. */
export interface Shown {
  readonly block: Block;
  /** The command, or "program". */
  readonly what: string;
  readonly said: string;
  readonly printed: string;
  readonly code: number | null;
}

/** `plateau` and `npx plateau` of this build, in a folder where `plateau` is installed, as a project of a reader has it. */
function place(): { cwd: string; remove(): void; env: NodeJS.ProcessEnv } {
  const cwd = mkdtempSync(join(tmpdir(), "plateau-docs-"));
  const bin = join(cwd, "node_modules", ".bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(resolve("."), join(cwd, "node_modules", "plateau"));
  // What a sampler of one's own says its options with: the guide has it installed.
  symlinkSync(resolve("node_modules/valibot"), join(cwd, "node_modules", "valibot"));
  const scripts = {
    plateau: `exec "${process.execPath}" "${main}" "$@"`,
    npx: `[ "$1" = plateau ] || exit 127; exec "$@"`,
    node: `exec "${process.execPath}" "$@"`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = {
    ...process.env,
    PLATEAU_DEBUG: "",
    PLATEAU_WIDE: "0",
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  };
  return { cwd, env, remove: () => rmSync(cwd, { recursive: true, force: true }) };
}

/** Standard output and error as a terminal mixes them. */
function shell(
  command: string,
  { cwd, env }: ReturnType<typeof place>,
): Promise<{ code: number | null; printed: string }> {
  const child = spawn("sh", ["-c", `exec 2>&1\n${command}`], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, printed }));
  });
}

/** Runs a page's blocks from top to bottom in one folder; `show` is told of each as it ends. */
export async function runPage(page: string, show: (shown: Shown) => void): Promise<void> {
  const where = place();
  try {
    for (const block of blocksOf(page, readFileSync(page, "utf8"))) {
      if (block.mark !== undefined) continue;
      if (block.file !== undefined) {
        writeFileSync(join(where.cwd, block.file), block.text);
      } else if (block.language === "js") {
        const file = `program-${block.line}.mjs`;
        writeFileSync(join(where.cwd, file), block.text);
        show({ block, what: "program", said: block.output ?? "", ...(await shell(`node ${file}`, where)) });
      } else if (block.language === "sh" || block.language === "console") {
        for (const { command, output } of commandsOf(block)) {
          show({ block, what: command, said: output ?? "…", ...(await shell(command, where)) });
        }
      } else throw new Error(`${page}:${block.line}: nothing says what to do with a ${block.language} block`);
    }
  } finally {
    where.remove();
  }
}

/** What is wrong with it; undefined where nothing is. */
export function fault({ block, what, said, printed, code }: Shown): string | undefined {
  const where = `${block.page}:${block.line}: ${what}`;
  // A command that is shown to fail says so by the error that it prints.
  const failed = code !== 0 && !/^error: /m.test(said);
  if (failed) return `${where}\nended with code ${code}:\n${printed}`;
  if (!agrees(said, printed)) return `${where}\nprinted\n${printed}\nand not\n${said}`;
  return undefined;
}
