// plateau as a peer of itself: it is asked and timed just as the others are.
import { version } from "../../src/version.js";
import { predicting, training, wide } from "./ours-work.js";
import { serve } from "./serve.js";

await serve({
  hello: () => ({
    version,
    notes: `Node ${process.versions.node}, strict build, ${wide ? "widened" : "not widened"}`,
  }),
  load: (job) => (job.kind === "train" ? training(job) : predicting(job)),
});
