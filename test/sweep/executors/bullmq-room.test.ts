import test from "ava";
import { Room } from "../../../src/sweep/executors/bullmq/room.js";

test("trials are together, but for one that has to be alone, until it shares or leaves", (t) => {
  const room = new Room();
  const first = room.enter(true)!;
  t.truthy(first);
  t.is(room.enter(false), undefined);
  t.is(room.enter(true), undefined);
  first.share();
  const second = room.enter(false)!;
  t.truthy(second);
  t.is(room.enter(true), undefined, "not where others are");
  t.is(room.enter(false), undefined, "nor are others let in, so that it can be");
  first.leave();
  first.leave();
  t.is(room.enter(true), undefined);
  second.leave();
  const alone = room.enter(true)!;
  t.truthy(alone);
  alone.leave();
  t.truthy(room.enter(false));
  t.truthy(room.enter(false));
});
