#!/usr/bin/env node
import { beforeFirstCompile } from "../runtime/compile.js";
import { widen } from "./build.js";
import { runCli } from "./program.js";
import { reportUncaught } from "./uncaught.js";

// `plateau … | head` closes the pipe early: that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  const remedy =
    error.code === "ENOSPC" ? "disk full: free some, or send the output elsewhere" : error.message;
  process.stderr.write(`error: cannot write to standard output: ${remedy} (${error.code})\n`);
  process.exit(1);
});

// Not before something is to be computed: the check takes a moment.
beforeFirstCompile(widen);

const args = process.argv.slice(2);
reportUncaught(args);
process.exitCode = await runCli(args);
