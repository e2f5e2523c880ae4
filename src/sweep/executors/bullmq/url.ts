import { PlateauError, quote } from "../../../errors.js";

/** Where a Redis is, as ioredis takes it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  /** For messages: without name and password. */
  readonly shown: string;
}

const protocols: Readonly<Record<string, boolean>> = {
  "redis:": false,
  "valkey:": false,
  "rediss:": true,
  "valkeys:": true,
};

/**
 * Reads redis://[user:password@]host[:port][/database], or rediss:// for TLS. What it quotes has no password in it.
 * @throws PlateauError `usage`
 */
export function redisAddress(text: string): RedisAddress {
  const wrong = (why: string) =>
    new PlateauError(
      "usage",
      `Redis at ${quote(withoutSecrets(String(text)))}: ${why}: expected redis://host:6379, rediss:// for TLS, with user:password@ before the host where it wants them`,
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong("that is no URL (in a password / is written %2F, # %23, ? %3F, @ %40, % %25)");
  }
  const { protocol, hostname, port, username, password, pathname } = url;
  if (!Object.hasOwn(protocols, protocol)) throw wrong("of another protocol");
  if (hostname === "") throw wrong("it names no host");
  if (url.search !== "" || url.hash !== "") throw wrong("options behind a ? or # are not taken");
  const database = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
  if (database === undefined) throw wrong("its database is no number from 0 to 9999");
  const db = Number(database);
  const tls = protocols[protocol];
  const number = Number(port || 6379);
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw wrong("its user or password has a % that encodes nothing");
    }
  };
  return {
    // A host in brackets is an IPv6 address.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: number,
    db,
    tls,
    ...(username === "" ? {} : { username: decoded(username) }),
    ...(password === "" ? {} : { password: decoded(password) }),
    shown: `${protocol}//${hostname}:${number}${db === 0 ? "" : `/${db}`}`,
  };
}

/** A URL, or what was meant to be one, with nothing left of user, password and options. */
export function withoutSecrets(text: string): string {
  const bare = text.replace(/^([a-z]+:\/*)?.*@/is, "$1").replace(/[?#].*$/s, "");
  for (const { index } of bare.matchAll(/:/g)) {
    const behind = bare.slice(index + 1);
    if (/^(?:\/|\d{0,5}(?:\/|$)|[0-9a-f:.]*\])/i.test(behind)) continue;
    // Where a port should be there may be a password, behind which @host was forgotten.
    return `${bare.slice(0, index)}:…`;
  }
  // Of a path, what can be a database's number.
  const [, before = "", rest] = /^([^/:]*:\/{1,2}(?!\/))?(.*)$/s.exec(bare)!;
  return before + rest.replace(/\/(?!\d{0,4}$).*$/s, "/…");
}
