import test, { type Implementation } from "ava";

type Test = (title: string, implementation: Implementation<[]>) => void;

/** Tests of what may not be there: where it is not they are skipped, by name, and it is said why. */
export function given(there: unknown, why: string): { readonly test: Test; readonly serial: Test } {
  if (there) return { test, serial: test.serial };
  const skip: Test = (title, implementation) => {
    console.warn(`SKIPPED: ${title}: ${why}`);
    test.skip(title, implementation);
  };
  return { test: skip, serial: skip };
}
