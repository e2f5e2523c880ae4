import { namespace, withNamespaces } from "../../support/namespaces.js";
import { startRedis } from "../../support/redis.js";
import { isThere } from "../../support/redis-server.js";
import { facts } from "../support/facts.js";
import { LoggedStudy, startWorker, until } from "../support/machines.js";

withNamespaces(isThere("redis-server", "--version")).serial(
  "a worker whose cable is cut for longer than locks last is replaced; mended, it works on, and nothing is lost",
  async (t) => {
    t.timeout(600_000);
    const [near, far] = [namespace(t), namespace(t)];
    const { port, url } = await startRedis(t, {
      more: ["--bind", "127.0.0.1", near.host, far.host, "--protected-mode", "no"],
    });
    const logged = new LoggedStudy(t, { task: { steps: 6, hold: 4 }, lookahead: 2 });
    const at = ({ host }: typeof near) => `redis://${host}:${port}`;
    const cut = startWorker(t, at(far), ["--threads", "2"], far.enter);
    await using study = await logged.open();
    const ends = logged.finish(study, url, 6);
    await logged.inTheMiddle();
    far.cut();
    const other = startWorker(t, at(near), ["--threads", "1"], near.enter);
    logged.go();
    await until("the other worker has both trials", () =>
      [0, 1].every((number) => logged.steps(number).some(({ pid }) => pid === other.child.pid)),
    );
    far.mend();
    await ends;
    t.deepEqual(facts(study), await logged.expected(6));
    await until("it has heard of it", () => /trial [01] of "a" is another worker's now/.test(cut.said()));
    t.regex(cut.said(), /Redis at redis:\/\/10\.[\d.:]+ is away \(.*\): waiting for it/);
    t.regex(cut.said(), /Redis is back after \d+ s/);

    // Alone, it takes what comes.
    other.child.kill("SIGKILL");
    await other.ended;
    await logged.finish(study, url, 8);
    for (const number of [6, 7]) t.is(logged.steps(number).at(-1)!.pid, cut.child.pid!);
  },
);
