// Where piscina enters. It asks for its file by `require`, and Node 20 aborts the whole process where a thread is
// ended while it links ES modules that were asked for so; by `import` it just ends.
const loaded = import("./trial.js");
const told = loaded.catch((unbegun: unknown) => ({ unbegun }));

export = async (task: Parameters<typeof import("./trial.js")["default"]>[0]) => {
  const trial = await told;
  return "unbegun" in trial ? trial : trial.default(task);
};
