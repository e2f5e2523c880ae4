import test from "ava";
import { report } from "../../src/cli/report.js";

// As Node and Deno, and Bun, say it.
for (const message of ["Array buffer allocation failed", "Invalid typed array length: 8", "Out of memory"]) {
  test.serial(`"${message}" is no defect of plateau: it says what to do`, (t) => {
    const { write } = process.stderr;
    let said = "";
    process.stderr.write = ((text: string) => Boolean((said += text))) as typeof write;
    let code: number;
    try {
      code = report(new RangeError(message), false);
    } finally {
      process.stderr.write = write;
    }
    t.is(code, 1);
    t.regex(
      said,
      /^error: the machine has no memory for arrays of that size .*: use fewer rows or a smaller/,
    );
  });
}
