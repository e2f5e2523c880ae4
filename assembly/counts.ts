// Small numbers as types: offsetof<Count>() is 16 times the number. An argument would not do: the optimizer
// merges functions that differ in a constant alone, and that constant is a variable again.

@unmanaged
export class One {
  x0: v128;
}

@unmanaged
export class Two extends One {
  x1: v128;
}

@unmanaged
export class Three extends Two {
  x2: v128;
}

@unmanaged
export class Four extends Three {
  x3: v128;
}
