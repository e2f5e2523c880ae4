import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { makeFolder } from "../../src/files/folder.js";

test("folders are made with those above them, or not at all", (t) => {
  const base = mkdtempSync(join(tmpdir(), "plateau-test-"));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  t.is(makeFolder(join(base, "a/b/c")), join(base, "a"));
  t.true(existsSync(join(base, "a/b/c")));
  t.is(makeFolder(join(base, "a/b/c")), undefined);
  t.is(makeFolder(join(base, "a/d")), join(base, "a/d"));
  writeFileSync(join(base, "file"), "");
  t.throws(() => makeFolder(join(base, "file")), {
    code: "io",
    message: /it is a file: choose another name/,
  });
  t.throws(() => makeFolder(join(base, "file/x")), { code: "io" });
  t.throws(() => makeFolder(join(base, "new", "x".repeat(300))), { code: "io", message: /name is too long/ });
  t.false(existsSync(join(base, "new")));
});
