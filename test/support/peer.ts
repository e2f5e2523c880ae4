// A peer that behaves as its argument says: well, wrong, dying, or never answering.
import { serve } from "../../bench/peers/serve.js";

const [, , how] = process.argv;

await serve({
  hello: () => ({ version: "1", notes: how }),
  load() {
    if (how === "unable") throw new Error("this model is too much");
    return {
      step() {
        if (how === "dies") process.exit(3);
      },
      check: (steps) =>
        how === "hangs"
          ? new Promise(() => {})
          : { losses: Array.from({ length: steps }, (_, i) => (how === "wrong" ? 2 : 1) / (i + 1)) },
    };
  },
});
