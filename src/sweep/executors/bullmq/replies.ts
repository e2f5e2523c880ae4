// What Redis answers where it does not do what it was asked to.

/** Whether Redis answered, and answered no. */
export const isReply = (error: unknown): boolean => (error as Error | undefined)?.name === "ReplyError";

/** An error in its own words; of a connection that was tried by several addresses, of the first. */
export function reasonOf(error: unknown): string {
  const { message = "", errors, code } = error as { message?: string; errors?: Error[]; code?: string };
  return message || errors?.[0]?.message || code || String(error);
}

/**
 * What Redis answers when it cannot do now what it could do later. A password that was right once, too: whoever changed
 * it may change it back. READONLY: a replica that a failover has left behind.
 */
export const passes = (error: unknown): boolean =>
  /^(LOADING|MISCONF|OOM|READONLY|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|WRONGPASS|NOAUTH)\b|max number of clients/.test(
    reasonOf(error),
  );

/** Whether its memory is full. */
export const isFull = (error: unknown): boolean => isReply(error) && /^OOM\b/.test(reasonOf(error));

/** What Redis answers, and what is to be done so that it does what it was asked to. */
export function refusalText(error: unknown): string {
  const reason = reasonOf(error);
  const remedies: readonly (readonly [RegExp, string])[] = [
    [/^OOM\b/, "its memory is full, raise maxmemory"],
    [/^MISCONF\b/, "it cannot save, make room on its disk"],
    [/^READONLY\b/, "it has become a replica, make it the primary again"],
    [/max number of clients/, "raise maxclients"],
  ];
  const remedy = remedies.find(([pattern]) => pattern.test(reason));
  // Of a script, all that follows is where in it.
  const short = reason.replace(/ script: [0-9a-f]{40}.*$/s, "");
  return remedy ? `${short} (${remedy[1]})` : short;
}

/** Whether keys that are plateau's hold what others have put there. */
export const isOthers = (error: unknown): boolean => isReply(error) && /^WRONGTYPE\b/.test(reasonOf(error));

/** What its user may not do, which does not pass. Of a script, what a command in it answered. */
export const isForbidden = (error: unknown): boolean =>
  isReply(error) &&
  /^NOPERM\b|ACL failure in script|The user executing the script can't/.test(reasonOf(error));
