/** The largest first; of equals the one that was put in first. A binary heap. */
export class Queue<T> {
  readonly #heap: { key: number; order: number; item: T }[] = [];
  #orders = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** The largest key there is; −Infinity where there is none. */
  get top(): number {
    return this.#heap[0]?.key ?? Number.NEGATIVE_INFINITY;
  }

  /** What has the largest key, and stays in. */
  get first(): T | undefined {
    return this.#heap[0]?.item;
  }

  put(key: number, item: T): void {
    const heap = this.#heap;
    let at = heap.push({ key, order: this.#orders++, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      [heap[at], heap[parent]] = [heap[parent], heap[at]];
      at = parent;
    }
  }

  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      for (let at = 0; ; ) {
        let best = at;
        for (const child of [2 * at + 1, 2 * at + 2]) {
          if (child < heap.length && this.#before(child, best)) best = child;
        }
        if (best === at) break;
        [heap[at], heap[best]] = [heap[best], heap[at]];
        at = best;
      }
    }
    return first.item;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const { item } of this.#heap) yield item;
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x.key > y.key || (x.key === y.key && x.order < y.order);
  }
}
