import { PlateauError } from "./errors.js";

/**
 * The reading part of an AbortSignal: all that stopping needs. In a worker thread it may turn at once, without
 * the event loop's help.
 */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/**
 * What plateau uses of an AbortSignal where it waits for one: every AbortSignal is such a signal. A type of our own, so
 * that declarations need neither the DOM's types nor Node's.
 */
export interface AbortSignalLike extends StopSignal {
  /** Calls a listener when it is stopped. */
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  /** Takes a listener back. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** How often a signal that tells nobody is looked at. */
const LOOK_MILLISECONDS = 50;

/**
 * Calls a listener once the signal is aborted, at once where it is: any object with `aborted` will do.
 * @returns what ends listening
 */
export function whenStopped(signal: StopSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  const { addEventListener, removeEventListener } = signal as Partial<AbortSignalLike>;
  if (typeof addEventListener === "function" && typeof removeEventListener === "function") {
    addEventListener.call(signal, "abort", listener, { once: true });
    return () => removeEventListener.call(signal, "abort", listener);
  }
  const timer = setInterval(() => {
    if (!signal.aborted) return;
    clearInterval(timer);
    listener();
  }, LOOK_MILLISECONDS);
  return () => clearInterval(timer);
}

/** Aborted as soon as one of them is. */
export function eitherSignal(one: StopSignal, other: StopSignal | undefined): StopSignal {
  if (!other) return one;
  return {
    get aborted() {
      return one.aborted || other.aborted;
    },
    get reason() {
      return one.aborted ? one.reason : other.reason;
    },
  };
}

/** @throws PlateauError `aborted` where the signal says so */
export function throwIfStopped(signal: StopSignal | undefined, doing: string): void {
  if (!signal?.aborted) return;
  throw new PlateauError("aborted", `aborted while ${doing}`, { cause: signal.reason });
}

/** Lets timers, signals and messages through. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const YIELD_MILLISECONDS = 25;

/** Tells the share done, 0 … 1, and gives way now and then: `await` it. */
export type Pace = (share: number) => Promise<void> | undefined;

/**
 * For long loops: `await` the returned function at every turn. It reports the share done and, about
 * every 25 ms, yields to the event loop.
 * @throws PlateauError `aborted`, from the returned function
 */
export function pacer(
  doing: string,
  options: { signal?: StopSignal; onProgress?: (share: number) => void } = {},
): Pace {
  let yielded = performance.now();
  let done = 0;
  const check = () => throwIfStopped(options.signal, doing);
  return (share) => {
    check();
    // An estimate may be taken back, but what a person saw may not.
    done = Math.max(done, share);
    options.onProgress?.(done);
    if (performance.now() - yielded < YIELD_MILLISECONDS) return undefined;
    return pause().then(() => {
      yielded = performance.now();
      check();
    });
  };
}
