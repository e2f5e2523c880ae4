import { PlateauError } from "../../errors.js";

/** What to do where the system starts no thread. */
export function noThread(cause: unknown): PlateauError {
  const { message } = cause as Error;
  return new PlateauError(
    "memory",
    `the system starts no more threads (${message}): use fewer workers, close other programs or raise its limits, then continue with --resume what was begun`,
    { cause },
  );
}
