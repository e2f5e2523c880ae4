import { type Hands, type Round, rounds, type Work } from "../slices/work.js";

/** Words of the Int32Array by which threads agree. */
export const WORDS = {
  /** Number of the present round: what helpers wait for. */
  round: 0,
  /** Which of `rounds` it is, and how many tasks it has. */
  kind: 1,
  tasks: 2,
  /** The next task that nobody has taken. */
  next: 3,
  /** Helpers that have found no task left: what the first thread waits for. */
  done: 4,
  /** 1 where the round is to be left. */
  stop: 5,
  length: 6,
};

/** What a helper is started with. */
export interface HelperData {
  /** Compiled for shared memory. */
  readonly module: object;
  readonly memory: object;
  /** Address of the helper's own working memory. */
  readonly scratch: number;
  readonly work: Work;
  /** Rows of the tile of matrix products that goes with how V8 compiles them. */
  readonly tile: number;
  readonly control: SharedArrayBuffer;
  /** Of matrix products, as the caller's thread has it. */
  readonly tile: number;
}

/**
 * Looks at a word this often before the thread goes to sleep, some tens of microseconds: rounds follow one
 * another closely, and waking takes about as long.
 */
const LOOKS = 20_000;

/** Whether a word is another than `value`, now or within moments. */
export function changes(control: Int32Array, word: number, value: number): boolean {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, word) !== value) return true;
  return false;
}

/** Does tasks of a round for as long as there are any. Whoever is free takes the next: bits are the same. */
export function takeTasks(control: Int32Array, hands: Hands, kind: Round, stopped: () => boolean): void {
  const count = Atomics.load(control, WORDS.tasks);
  for (;;) {
    const task = Atomics.add(control, WORDS.next, 1);
    if (task >= count || !hands.do(kind, task, stopped)) return;
  }
}

/** A helper's life: round after round, until its thread is ended. */
export function help(control: Int32Array, hands: Hands): never {
  const stopped = () => Atomics.load(control, WORDS.stop) === 1;
  for (let round = 0; ; ) {
    if (!changes(control, WORDS.round, round)) Atomics.wait(control, WORDS.round, round);
    if (Atomics.load(control, WORDS.round) === round) continue;
    round = Atomics.load(control, WORDS.round);
    takeTasks(control, hands, rounds[Atomics.load(control, WORDS.kind)], stopped);
    Atomics.add(control, WORDS.done, 1);
    Atomics.notify(control, WORDS.done);
  }
}
