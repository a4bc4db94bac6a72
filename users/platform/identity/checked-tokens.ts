import type { JSONWebKeySet } from "jose";
import { type Clock, seconds } from "../clock.ts";
import { type Caller, leewaySeconds, lifeOf, type TokenRules, verifyAccessToken } from "./tokens.ts";

type Checked = { caller: Caller; by: JSONWebKeySet; at: number };

const remembered = 5_000;

/**
 * Remembers tokens whose signature was checked, for a check costs more than all else of a request. What was found counts
 * while the keys are the same and the token has not ended; whether the session lives is asked each time, elsewhere.
 */
export class CheckedTokens {
  private readonly known = new Map<string, Checked>();

  constructor(
    private readonly rules: TokenRules,
    private readonly clock: Clock,
  ) {}

  async caller(token: string, keySet: JSONWebKeySet): Promise<Caller> {
    const known = this.known.get(token);
    if (known && known.by === keySet && this.counts(known)) return known.caller;
    this.known.delete(token);
    const caller = await verifyAccessToken(token, keySet, this.rules, this.clock);
    this.known.set(token, { caller, by: keySet, at: seconds(this.clock) });
    const [oldest] = this.known.size > remembered ? this.known.keys() : [];
    if (oldest !== undefined) this.known.delete(oldest);
    return caller;
  }

  private counts({ caller, at }: Checked): boolean {
    const now = seconds(this.clock);
    const end = Math.min(caller.exp, caller.iat + lifeOf(caller, this.rules));
    // a clock that was set back may find a token of the future
    return at <= now && now < end + leewaySeconds;
  }
}
