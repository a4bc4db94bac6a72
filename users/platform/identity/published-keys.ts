import { decodeProtectedHeader, type JSONWebKeySet } from "jose";
import { z } from "zod";
import type { Clock } from "../clock.ts";

/** Where the public keys come from: the store of keys in the auth process, HTTP in every other process. */
export interface KeySource {
  /** The key set; the header of `token` names the key that is needed. */
  keysFor(token: string): Promise<JSONWebKeySet>;
}

const document = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });
/** A key that has ended is forgotten that soon. */
const freshMs = 60_000;
const pauseMs = 30_000;

/** The JWKS of the auth service. An unknown key id causes a fetch, at most every 30 s; old keys outlive an outage. */
export class RemoteKeys implements KeySource {
  private keys: JSONWebKeySet = { keys: [] };
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private triedAt = Number.NEGATIVE_INFINITY;
  private underway: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly get: (url: string) => Promise<Response> = (url) =>
      fetch(url, { signal: AbortSignal.timeout(3_000) }),
  ) {}

  async keysFor(token: string): Promise<JSONWebKeySet> {
    const old = this.clock() - this.fetchedAt > freshMs;
    if (old || !this.knows(token)) await this.refresh();
    return this.keys;
  }

  private knows(token: string): boolean {
    try {
      const { kid } = decodeProtectedHeader(token);
      return this.keys.keys.some((key) => key.kid === kid);
    } catch {
      return true; // not a token at all: no fetch for it
    }
  }

  private async refresh(): Promise<void> {
    // before the first success the pause is short: the auth service may still be starting
    const pause = this.keys.keys.length > 0 ? pauseMs : 1_000;
    if (!this.underway && this.clock() - this.triedAt < pause) return;
    this.underway ??= this.fetchOnce().finally(() => {
      this.underway = undefined;
    });
    await this.underway;
  }

  private async fetchOnce(): Promise<void> {
    this.triedAt = this.clock();
    try {
      const answer = await this.get(`${this.url}/.well-known/jwks.json`);
      if (!answer.ok) return;
      const found = document.parse(await answer.json());
      // the same object while the keys are the same: verifiers remember by it
      if (JSON.stringify(found) !== JSON.stringify(this.keys)) this.keys = found;
      this.fetchedAt = this.clock();
    } catch {
      // the old keys stay in use; readiness and the refused requests show the outage
    }
  }
}
