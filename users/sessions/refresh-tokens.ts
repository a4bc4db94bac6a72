import { mark, sameSecret } from "../platform/hashes.ts";

export type RefreshToken = { sid: string; secret: string };

const longest = 300;

/**
 * Refresh tokens, `<session>.<secret>.<mark>`. The mark tells a token that this platform once gave, however old, from
 * one that somebody made up: the first may end its session, the second nobody's. Nothing is stored for it.
 */
export class RefreshTokens {
  constructor(private readonly key: Uint8Array) {}

  write({ sid, secret }: RefreshToken): string {
    return `${sid}.${secret}.${this.markOf(sid, secret)}`;
  }

  /** The parts of a token that we gave; undefined for any other text. */
  read(text: string): RefreshToken | undefined {
    const [sid, secret, given, ...rest] = text.split(".");
    if (!sid || !secret || !given || rest.length > 0 || text.length > longest) return undefined;
    return sameSecret(given, this.markOf(sid, secret)) ? { sid, secret } : undefined;
  }

  private markOf(sid: string, secret: string): string {
    return mark(this.key, "refresh", `${sid}.${secret}`);
  }
}
