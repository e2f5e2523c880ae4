import type { Implementation } from "ava";

type Test = (title: string, implementation: Implementation<[]>) => void;

/** Tests that run beside each other, no more than so many at a time. */
export function inTurns(test: Test, most: number): Test {
  const waiting: (() => void)[] = [];
  let running = 0;
  return (title, implementation) =>
    test(title, async (t) => {
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        await (implementation as (context: typeof t) => unknown)(t);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    });
}
