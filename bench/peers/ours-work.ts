import { widen } from "../../src/cli/build.js";
import { Transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { modelOptions } from "./jobs.js";
import type { Job, Work } from "./protocol.js";
import { type JobData, readJob } from "./serve.js";

/** Before the first model is made. */
export const { wide } = widen();

function model(job: Job, { weights }: JobData): Transformer {
  const made = Transformer.create({ ...modelOptions(job.model), dropout: job.dropout });
  made.loadStateDict(weights, job.file);
  return made;
}

/** Steps of our trainer. */
export function training(job: Job): Work {
  const data = readJob(job);
  const rows = data.order.length;
  const options = trainingOptions({
    steps: 1e9,
    batch: job.batch,
    optimizer: "adam",
    schedule: "constant",
    lr: job.lr,
  });
  const trainer = new Trainer(model(job, data), { kind: "mse" }, arrayData(data.x, data.y, rows), options);
  return {
    step: () => void trainer.step(),
    check(steps) {
      const losses = Array.from({ length: steps }, () => {
        trainer.step();
        return trainer.loss;
      });
      return { losses };
    },
  };
}

/** Predictions with true outputs for the decoder. */
export function predicting(job: Job): Work {
  const data = readJob(job);
  const { inputTokens, outputTokens, dModel } = job.model;
  const x = data.x.subarray(0, job.batch * inputTokens * dModel);
  const teacher = data.y.subarray(0, job.batch * outputTokens * dModel);
  const made = model(job, data);
  return {
    step: () => void made.predict(x, { teacher }),
    check: () => ({ outputs: [...made.predict(x, { teacher }).subarray(0, 256)] }),
  };
}
