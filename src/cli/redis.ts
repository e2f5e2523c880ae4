import { PlateauError } from "../errors.js";
import { env } from "./env.js";

/** Where a password is not seen by others: a process's arguments are everybody's on a machine. */
const VARIABLE = "PLATEAU_REDIS";

/** @throws PlateauError `usage` where neither the option nor the environment says where Redis is */
export function redisUrl(given: string | undefined): string {
  const url = given ?? env(VARIABLE);
  if (url) return url;
  throw new PlateauError(
    "usage",
    `where is Redis? Give --redis redis://host:6379, or ${VARIABLE} in the environment, which keeps a password off the command line`,
  );
}
