// Trains config B for 200 updates with dropout and prints what became of the weights:
//   node dist/test/support/train-b.js [--wide] [--tile 4]
// --wide has the kernels widened, for which a process of its own is needed.
import { parseArgs } from "node:util";
import { stepConfigs } from "../../bench/configs.js";
import { stepTrainer } from "../../bench/step.js";
import { sha256Hex } from "../../src/hash.js";
import { setGemmTile } from "../../src/runtime/tile.js";
import { enableWide } from "../../src/runtime/widen.js";

const UPDATES = 200;

const { values } = parseArgs({
  options: { wide: { type: "boolean", default: false }, tile: { type: "string" } },
});
const widened = values.wide ? enableWide() : { wide: false };
if (values.tile) setGemmTile(Number(values.tile));
const config = stepConfigs.find(({ name }) => name === "B")!;
const trainer = stepTrainer(config, { build: "strict", dropout: 0.1 });
for (let update = 0; update < UPDATES; update++) trainer.step();
const { engine, address, parameters } = trainer.model;
const hash = await sha256Hex(engine.u8(address, 4 * parameters.length));
console.log(JSON.stringify({ ...widened, hash, loss: trainer.loss }));
