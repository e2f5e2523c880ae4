import type { Redis } from "ioredis";
import type { Owner } from "../../storage/storage.js";
import { keys } from "./names.js";
import { driverIsGone, drivers, presentOf } from "./presence.js";
import { look, run } from "./scripts.js";

/** Drops what drivers that are gone have left in Redis of a study's trials that are over: they ended elsewhere. */
export async function dropLeftovers(
  redis: Redis,
  study: string,
  over: (number: number) => boolean,
  asker: Owner,
): Promise<void> {
  const left = await redis.hgetall(keys.study(study));
  for (const [number, attempt] of Object.entries(left)) {
    if (!over(Number(number))) continue;
    const seen = await look(redis, attempt);
    if (!seen) await redis.hdel(keys.study(study), number);
    else if (driverIsGone((await presentOf(redis, drivers, [seen.driver])).get(seen.driver), asker)) {
      await run(redis, "drop", attempt, [seen.driver, number, "1"], study);
    }
  }
}
