import type { PartKind } from "../part.js";
import { redis } from "./redis.js";
import { threads } from "./threads.js";

export const parts: readonly PartKind[] = [threads, redis];
