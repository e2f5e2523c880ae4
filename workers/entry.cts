// Where piscina enters. It asks for its file by `require`, and Node 20 aborts the whole process where a thread is
// ended while it links ES modules that were asked for so; by `import` it just ends.
const loaded = import("./trial.js");
// Whoever runs a trial is told.
loaded.catch(() => {});

export = async (task: Parameters<typeof import("./trial.js")["default"]>[0]) => (await loaded).default(task);
