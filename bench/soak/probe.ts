// Preloaded into a process that a soak has started: it says what it holds whenever it is asked.
import { isMainThread } from "node:worker_threads";
import { collect, measure, watchMemories } from "./resources.js";

if (isMainThread && process.send) {
  watchMemories();
  process.on("message", async () => {
    await collect();
    process.send!(measure());
  });
  // Who has started it is gone: so is Redis.
  process.on("disconnect", () => process.exit(1));
  process.channel!.unref();
}
