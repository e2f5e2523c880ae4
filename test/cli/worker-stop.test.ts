import { startRedis, withRedis } from "../support/redis.js";
import { until } from "../sweep/support/machines.js";
import { folder, start } from "./plateau.js";

withRedis.test("SIGINT ends worker and driver while Redis does not answer", async (t) => {
  t.timeout(180_000);
  const redis = await startRedis(t);
  const cwd = folder(t);
  const sweep = ["sweep", "sine(1)", "--trials", "2", "--study", "a.sqlite", "--executor", "bullmq"];
  const processes = [
    start(["worker", "--redis", redis.url, "--threads", "1"], { cwd }),
    start([...sweep, "--steps", "1000000", "--redis", redis.url], { cwd }),
  ];
  let said = "";
  processes[0].child.stderr!.on("data", (text: string) => (said += text));
  for (const { child } of processes) t.teardown(() => void child.kill("SIGKILL"));
  await until("a trial has begun", () => said.includes("begins"));
  redis.signal("SIGSTOP");
  for (const { child } of processes) child.kill("SIGINT");
  for (const { ended } of processes) {
    const { code, stderr } = await ended;
    t.is(code, 130, stderr);
  }
});
