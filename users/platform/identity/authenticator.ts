import type { Clock } from "../clock.ts";
import { CheckedTokens } from "./checked-tokens.ts";
import type { KeySource } from "./published-keys.ts";
import type { SessionChecker } from "./sessions.ts";
import { type Caller, foundationsOf, TokenRefused, type TokenRules } from "./tokens.ts";

/** Turns a bearer token into a caller whose session is still alive. */
export class Authenticator {
  private readonly tokens: CheckedTokens;

  constructor(
    private readonly keys: KeySource,
    private readonly sessions: SessionChecker,
    rules: TokenRules,
    clock: Clock,
  ) {
    this.tokens = new CheckedTokens(rules, clock);
  }

  /** Throws TokenRefused for a bad token and for a session that ended. */
  async caller(token: string): Promise<Caller> {
    const caller = await this.tokens.caller(token, await this.keys.keysFor(token));
    for (const { sid, uid } of foundationsOf(caller))
      if (!(await this.sessions.isLive(sid, uid))) throw new TokenRefused();
    return caller;
  }
}
