/** Something that happens at a time. */
interface Event {
  readonly at: number;
  readonly order: number;
  happen(): void;
}

/**
 * Virtual time, in seconds: it stands still while anybody computes, and jumps to what happens next. Things of the same
 * moment happen in the order in which they were asked for.
 */
export class VirtualClock {
  /** Virtual seconds that pass in one of a real clock, at most; Infinity: as fast as everything is dealt with. */
  readonly #pace: number;
  readonly #heap: Event[] = [];
  readonly #began = performance.now();
  #now = 0;
  #order = 0;
  #stopped = false;
  /** Ends a wait for something to be asked for. */
  #wake = () => {};

  constructor(pace = Number.POSITIVE_INFINITY) {
    this.#pace = pace;
  }

  get now(): number {
    return this.#now;
  }

  /** Milliseconds of the real clock by which it is late: of a pace without limit none. */
  get lag(): number {
    return Math.max(0, performance.now() - this.#began - (1000 * this.#now) / this.#pace);
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((happen) => {
      this.#push({ at: this.#now + seconds, order: this.#order++, happen });
      this.#wake();
    });
  }

  /** Lets time pass until it is stopped. After each event everybody else has their turn. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const next = this.#heap[0];
      if (!next) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const early = (1000 * next.at) / this.#pace - (performance.now() - this.#began);
      if (early > 1) {
        await new Promise((resolve) => setTimeout(resolve, early));
        continue;
      }
      this.#pop();
      this.#now = Math.max(this.#now, next.at);
      next.happen();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    for (let up = (at - 1) >> 1; at > 0 && before(event, heap[up]); up = (at - 1) >> 1) {
      heap[at] = heap[up];
      at = up;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && before(heap[down + 1], heap[down])) down++;
      if (!before(heap[down], last)) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = last;
  }
}

const before = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);
