// What `startup:step` times: a process that makes the model of config B, trains one step and ends.
import { stepConfigs } from "./configs.js";
import { stepTrainer } from "./step.js";
import { widen } from "./wide.js";

widen();
stepTrainer(stepConfigs.find(({ name }) => name === "B")!, { build: "strict", dropout: 0 }).step();
