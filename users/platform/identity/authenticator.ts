import type { Clock } from "../clock.ts";
import type { KeySource } from "./published-keys.ts";
import type { SessionChecker } from "./sessions.ts";
import { type Caller, TokenRefused, type TokenRules, verifyAccessToken } from "./tokens.ts";

/** Turns a bearer token into a caller whose session is still alive. */
export class Authenticator {
  constructor(
    private readonly keys: KeySource,
    private readonly sessions: SessionChecker,
    private readonly rules: TokenRules,
    private readonly clock: Clock,
  ) {}

  /** Throws TokenRefused for a bad token and for a session that ended. */
  async caller(token: string): Promise<Caller> {
    const caller = await verifyAccessToken(token, await this.keys.keysFor(token), this.rules, this.clock);
    if (!(await this.sessions.isLive(caller.sid, caller.uid))) throw new TokenRefused();
    return caller;
  }
}
