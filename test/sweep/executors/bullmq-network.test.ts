import { sleep } from "../../cli/plateau.js";
import { namespace, withNamespaces } from "../../support/namespaces.js";
import { startRedis } from "../../support/redis.js";
import { redisIsThere } from "../../support/redis-server.js";
import { facts } from "../support/facts.js";
import { LoggedStudy, startDriver, startWorker, until } from "../support/machines.js";

/** Longer than a silent connection is kept, and than anything that holds for a while. */
const LONG = 13_000;

withNamespaces(redisIsThere).serial(
  "driver and workers with networks of their own, of which one is killed, and cables are cut: the same bits",
  async (t) => {
    t.timeout(900_000);
    const networks = [1, 2, 3, 4].map(() => namespace(t));
    const { port } = await startRedis(t, {
      more: ["--bind", "127.0.0.1", ...networks.map(({ host }) => host), "--protected-mode", "no"],
    });
    const at = ({ host }: (typeof networks)[number]) => `redis://${host}:${port}`;
    const [home, first, far, near] = networks;
    const logged = new LoggedStudy(t, { task: { steps: 6, hold: 4 }, lookahead: 2 });
    (await logged.open()).close();
    const driver = startDriver(t, logged.file, at(home), 6, home.enter);
    const one = ["--threads", "1"];
    const killed = startWorker(t, at(first), one, first.enter);
    const cut = startWorker(t, at(far), one, far.enter);
    await logged.inTheMiddle();
    const pids = [0, 1].map((number) => logged.steps(number)[0].pid);
    t.deepEqual(pids.toSorted(), [killed.child.pid!, cut.child.pid!].toSorted(), "one each");

    far.cut();
    killed.child.kill("SIGKILL");
    await killed.ended;
    const lives = startWorker(t, at(near), one, near.enter);
    logged.go();
    await until("the third has both", () =>
      [0, 1].every((number) => logged.steps(number).some(({ pid }) => pid === lives.child.pid)),
    );
    home.cut();
    await sleep(LONG);
    far.mend();
    home.mend();
    const { code, stderr } = await driver.ended;
    t.is(code, 0, stderr);
    await using study = await logged.open();
    t.deepEqual(facts(study), await logged.expected(6));
    await until("it has heard of it", () => /trial [01] of "a" is another worker's now/.test(cut.said()));
    for (const said of [cut.said(), stderr]) {
      t.regex(said, /Redis at redis:\/\/10\.[\d.:]+ is away \(.*\): waiting for it/);
      t.regex(said, /Redis is back after \d+ s/);
    }

    // Alone, it takes what comes.
    lives.child.kill("SIGKILL");
    await lives.ended;
    await logged.finish(study, `redis://127.0.0.1:${port}`, 8);
    for (const number of [6, 7]) t.is(logged.steps(number).at(-1)!.pid, cut.child.pid!);
    t.deepEqual(facts(study), await logged.expected(8));
  },
);
