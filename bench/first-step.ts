// What `startup:step` times: a process that makes the model of config B, trains one step and ends.

import { widen } from "../src/cli/build.js";
import { stepConfigs } from "./configs.js";
import { stepTrainer } from "./step.js";

widen();
stepTrainer(stepConfigs.find(({ name }) => name === "B")!, { build: "strict", dropout: 0 }).step();
