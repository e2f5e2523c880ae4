// Lengths of short rows as types: offsetof<Cells>() is 16 times the number of a row's cells. An argument would
// not do: the optimizer merges functions that differ in a number alone, and that number is a variable again.

/** Most queries and keys of attention in short rows. */
export const SHORT: i32 = 4;

@unmanaged
export class One {
  c0: v128;
}

@unmanaged
export class Two extends One {
  c1: v128;
}

@unmanaged
export class Three extends Two {
  c2: v128;
}

@unmanaged
export class Four extends Three {
  c3: v128;
}
