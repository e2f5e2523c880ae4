import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Checked, Hello, Job, Request, Timed } from "./protocol.js";

/** How a peer's process is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a peer has no figure for a job. */
export class PeerFailure extends Error {}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A process that answers requests in order. One that takes too long, or dies, fails all that it was asked. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #seconds: number;
  #ids = 0;
  #ended: PeerFailure | undefined;
  #stderr = "";

  /** @param seconds that one request may take */
  constructor({ file, args, env }: Command, { core, seconds }: { core?: number; seconds: number }) {
    this.#seconds = seconds;
    const pinned = core !== undefined && canPin();
    const [program, ...rest] = pinned ? ["taskset", "-c", String(core), file, ...args] : [file, ...args];
    this.#child = spawn(program, rest, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.on("error", ({ message }) => this.#fail(message));
    this.#child.on("close", (code, signal) =>
      this.#fail(`its process ended (${signal ?? `exit code ${code}`})${this.#lastWords()}`),
    );
    this.#child.stdin!.on("error", () => {});
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      const { ok, error } = JSON.parse(line) as { ok?: unknown; error?: string };
      const waiting = this.#waiting.shift();
      if (error === undefined) waiting?.resolve(ok);
      else waiting?.reject(new PeerFailure(error));
    });
  }

  hello(): Promise<Hello> {
    return this.#ask({ do: "hello" });
  }

  load(name: string, job: Job): Promise<void> {
    return this.#ask({ do: "load", name, job });
  }

  check(name: string, steps: number): Promise<Checked> {
    return this.#ask({ do: "check", name, steps });
  }

  async time(name: string, seconds: number): Promise<readonly number[]> {
    const { ms } = await this.#ask<Timed>({ do: "time", name, seconds });
    return ms;
  }

  drop(name: string): Promise<void> {
    return this.#ask({ do: "drop", name });
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Ends the process. */
  close(): void {
    this.#ended ??= new PeerFailure("its process was ended");
    this.#child.kill("SIGKILL");
  }

  async #ask<R>(request: Request): Promise<R> {
    if (this.#ended) throw this.#ended;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<R>((resolve, reject) => {
        this.#waiting.push({ resolve: resolve as (value: unknown) => void, reject });
        timer = setTimeout(() => {
          this.#fail(`no answer to "${request.do}" within ${this.#seconds} s`);
          this.#child.kill("SIGKILL");
        }, 1000 * this.#seconds);
        this.#child.stdin!.write(`${JSON.stringify({ id: ++this.#ids, ...request })}\n`);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(message: string): void {
    this.#ended ??= new PeerFailure(message);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }

  #lastWords(): string {
    const line = this.#stderr.trim().split("\n").at(-1);
    return line ? `: ${line}` : "";
  }
}

let pinning: boolean | undefined;

/** Whether processes can be kept on one core (Linux's `taskset`). */
export function canPin(): boolean {
  return (pinning ??= process.platform === "linux" && runs("taskset", ["-c", "0", "true"]));
}

function runs(file: string, args: string[]): boolean {
  return spawnSync(file, args, { stdio: "ignore" }).status === 0;
}
