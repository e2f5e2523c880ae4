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

/** What its user may not do, which does not pass. Of a script, what a command in it answered. */
export const isForbidden = (error: unknown): boolean =>
  isReply(error) &&
  /^NOPERM\b|ACL failure in script|The user executing the script can't/.test(reasonOf(error));
