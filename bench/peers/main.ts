// Entry of `npm run bench:peers`: plateau beside what a user would pick instead.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type StepConfig, stepConfigs } from "../configs.js";
import { canPin } from "./child.js";
import { installPackages } from "./install.js";
import { writeJob } from "./jobs.js";
import { ours, type Peer, peers } from "./registry.js";
import { type Case, Contestant, type Outcome, type RoundOptions, race } from "./rounds.js";
import { sweepCases } from "./sweeps.js";
import { failures, heading, peerLine, rowsOf } from "./table.js";

const help = `usage: npm run bench:peers -- [options]

Milliseconds of plateau and of its peers, in turns on one core, with equal weights and data, and how many times as
long as plateau they take (above 1: plateau is faster), with 95% intervals.

  --only NAME      only cases whose name is NAME or begins with NAME and a colon: step:B, predict; may be repeated
  --peers NAMES    only these, by commas: ${peers.map(({ name }) => name).join(", ")}
  --rounds N       turns of each peer (default 7)
  --seconds S      of one turn (default 0.5)
  --limit S        that a peer may take to answer, load or do its least of three steps (default 120)
  --core N         core that all are pinned to where taskset is there (default: the last)
  --json           one JSON document
  --out FILE       writes that document, and prints the table
  --list           names only
`;

/** Rows of a prediction: what one program of ours computes at a time. */
const PREDICTED_ROWS = 256;
const PREDICTED = ["A", "B", "C"];
const DROPOUT = 0.1;

function readFlags() {
  return parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      peers: { type: "string" },
      rounds: { type: "string", default: "7" },
      seconds: { type: "string", default: "0.5" },
      limit: { type: "string", default: "120" },
      core: { type: "string", default: String(availableParallelism() - 1) },
      json: { type: "boolean", default: false },
      out: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}

/** Bad usage: one line, exit code 2. */
function refuse(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

function number(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) {
    refuse(`--${flag} ${text}: expected a number of ${least} or more`);
  }
  return value;
}

interface Plan {
  readonly name: string;
  run(): Promise<Record<string, Outcome>>;
}

function plans(folder: string, contestants: readonly Contestant[], options: RoundOptions): Plan[] {
  const able = (kind: Case["plain"]["kind"]) => contestants.filter(({ peer }) => peer.does.includes(kind));
  const training = (config: StepConfig): Plan => {
    const name = `step:${config.name}`;
    return {
      name,
      run: () => {
        const plain = writeJob(folder, name, config, { kind: "train" });
        return race({ name, plain, dropout: { ...plain, dropout: DROPOUT } }, able("train"), options);
      },
    };
  };
  const predicting = (config: StepConfig): Plan => {
    const name = `predict:${config.name}`;
    return {
      name,
      run: () => {
        const plain = writeJob(folder, name, config, { kind: "predict", batch: PREDICTED_ROWS });
        return race({ name, plain }, able("predict"), options);
      },
    };
  };
  return [
    ...stepConfigs.map(training),
    ...stepConfigs.filter(({ name }) => PREDICTED.includes(name)).map(predicting),
    ...sweepCases(folder, contestants, options),
  ];
}

/** Peers that can be started; why the others cannot goes to standard error. */
function ready(chosen: readonly Peer[]): Peer[] {
  return chosen.filter((peer) => {
    try {
      peer.command();
      if (peer.packages) installPackages();
      return true;
    } catch (error) {
      process.stderr.write(`skipped ${peer.name}: ${(error as Error).message}\n`);
      return false;
    }
  });
}

async function main(flags: ReturnType<typeof readFlags>): Promise<void> {
  if (flags.help) {
    process.stdout.write(help);
    return;
  }
  const options: RoundOptions = {
    rounds: number("rounds", flags.rounds, 1),
    seconds: number("seconds", flags.seconds, 0),
    limit: number("limit", flags.limit, 1),
    core: canPin() ? number("core", flags.core, 0) : undefined,
  };
  const asked = flags.peers?.split(",");
  const unknown = asked?.find((name) => !peers.some((peer) => peer.name === name));
  if (unknown !== undefined) {
    refuse(`no peer named ${unknown} (known: ${peers.map(({ name }) => name).join(", ")})`);
  }
  const wanted = (name: string) =>
    flags.only.length === 0 || flags.only.some((only) => name === only || name.startsWith(`${only}:`));
  const names = plans("", [], options)
    .map(({ name }) => name)
    .filter(wanted);
  if (names.length === 0) refuse(`no case named ${flags.only.join(", ")} (--list names them)`);
  if (flags.list) {
    console.log(names.join("\n"));
    return;
  }
  const chosen = ready(peers.filter(({ name }) => asked === undefined || asked.includes(name)));
  const contestants = [ours, ...chosen].map((peer) => new Contestant(peer, options));
  const results: Record<string, Record<string, Outcome>> = {};
  const folder = mkdtempSync(join(tmpdir(), "plateau-peers-"));
  try {
    const show = (line: string) => {
      if (!flags.json) console.log(line);
    };
    if (!flags.json) console.log(heading());
    for (const { name, run } of plans(folder, contestants, options).filter((plan) => wanted(plan.name))) {
      results[name] = await run();
      for (const line of rowsOf(name, results[name])) show(line);
    }
    show("");
    for (const { peer, hello } of contestants) if (hello) show(peerLine(peer.name, hello));
    for (const line of failures(results)) show(line);
    const document = {
      machine: {
        cpu: cpus()[0]?.model ?? "unknown",
        cores: availableParallelism(),
        load: loadavg()[0],
        node: process.versions.node,
      },
      options,
      peers: Object.fromEntries(contestants.map(({ peer, hello }) => [peer.name, hello ?? null])),
      results,
    };
    const text = JSON.stringify(document, null, 2);
    if (flags.json) console.log(text);
    if (flags.out !== undefined) writeFileSync(flags.out, `${text}\n`);
  } finally {
    for (const contestant of contestants) contestant.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

let flags: ReturnType<typeof readFlags>;
try {
  flags = readFlags();
} catch (error) {
  refuse(`${(error as Error).message.split(/\.\s|\n/)[0]} (see --help)`);
}
await main(flags);
