import test from "ava";
import { redisAddress, withoutSecrets } from "../../../src/sweep/executors/bullmq/url.js";

test("a password is in no message, however the URL is wrong", (t) => {
  const wrong = [
    "redis://:hunter2@",
    "redis://:hunter2",
    "redis://me:hunter2",
    "redis://me:hunter2/3",
    "me:hunter2",
    "http://me:hunter2@host",
    "redis://me:hunter2@host:99999",
    "redis://me:hunter2@host/x",
    "redis://me:hunter2@host?password=hunter2",
    "redis:me:hunter2@host:1x",
    "me:hunter2@host",
    "redis://me:hunter2@ho st",
    "redis://me:%hunter2@host",
  ];
  for (const url of wrong) {
    const { message } = t.throws(() => redisAddress(url), { code: "usage" })!;
    t.false(message.includes("hunter2"), message);
  }
  const { shown, password, ...rest } = redisAddress("rediss://me:hunter%402@[::1]:7000/3");
  t.deepEqual([shown, password], ["rediss://[::1]:7000/3", "hunter@2"]);
  t.deepEqual(rest, { host: "::1", port: 7000, db: 3, username: "me", tls: true });
  for (const [given, shown] of [
    ["redis://a:b@c@host:1?x=b", "redis://host:1"],
    ["redis://a:b", "redis://a:…"],
    ["host:6379", "host:6379"],
    ["redis://[::1]:6379/3", "redis://[::1]:6379/3"],
    ["nowhere", "nowhere"],
    ["unix:/tmp/redis.sock", "unix:/tmp/…"],
    ["redis://host:1/3", "redis://host:1/3"],
    ["redis://host/password=b", "redis://host/…"],
  ]) {
    t.is(withoutSecrets(given), shown);
  }
});
