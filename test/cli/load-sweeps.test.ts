import test from "ava";
import { loadSweeps } from "../../src/cli/load-sweeps.js";
import { PlateauError } from "../../src/errors.js";

test("a native module that is not there is named with what to do; other errors stay", async (t) => {
  const gone = Object.assign(new Error("Cannot find module '@libsql/none'\nRequire stack:"), {
    code: "MODULE_NOT_FOUND",
  });
  await t.throwsAsync(() => loadSweeps(Promise.reject(gone)), {
    instanceOf: PlateauError,
    message:
      /^sweeps are stored by the package libsql, .* \(Cannot find module '@libsql\/none'\): install again without/,
  });
  await t.throwsAsync(() => loadSweeps(Promise.reject(new Error("else"))), { message: "else" });
  t.is(await loadSweeps(Promise.resolve(3)), 3);
});
