import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from "jose";
import { z } from "zod";
import { type Clock, day, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import {
  absent,
  ConditionFailed,
  equal,
  type Item,
  type Table,
  TransactionCancelled,
  type Write,
} from "../dynamo/table.ts";
import { bytes } from "../dynamo/values.ts";
import { sealText, unsealText } from "../secrets/sealing.ts";
import type { KeySource } from "./published-keys.ts";
import { leewaySeconds, type SigningKey } from "./tokens.ts";

const storedKey = z.object({
  sk: z.string(),
  kid: z.string(),
  publicJwk: z.object({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() }),
  sealed: bytes,
  publishedAt: z.number(),
  currentSince: z.number().optional(),
});
type StoredKey = z.infer<typeof storedKey>;
const privateHalf = z.object({ kty: z.literal("EC"), crv: z.string(), x: z.string(), y: z.string(), d: z.string() });
export type PrivateKeys = readonly (z.infer<typeof privateHalf> & { kid: string; use: string; alg: string })[];

const rotateAfterSeconds = 90 * day;
/** A verifier may hold the key set for 300 s, so a key is published that long before it signs. */
const publishBeforeUseSeconds = 300;
const cacheMs = 30_000;

/**
 * The platform's ES256 keys: next is published, current signs, prev verifies for as long as a token that it signed may
 * live. Private keys are stored sealed.
 */
export class SigningKeys implements KeySource {
  private loaded: { at: number; set: JSONWebKeySet; signing: SigningKey } | undefined;

  constructor(
    private readonly table: Table,
    private readonly kek: Uint8Array,
    private readonly clock: Clock,
    private readonly tokenSeconds: number,
  ) {}

  /** Makes the first two keys where there are none. */
  async ensure(): Promise<void> {
    for (const place of ["current", "next"] as const) {
      try {
        await this.table.put(await this.newKey(place), absent("pk"));
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    }
  }

  async keysFor(_token: string): Promise<JSONWebKeySet> {
    return (await this.load()).set;
  }

  async current(): Promise<SigningKey> {
    return (await this.load()).signing;
  }

  /** All keys with their private halves, the current one first: for the provider of OpenID Connect, which signs itself. */
  async privateKeys(): Promise<PrivateKeys> {
    const stored = await this.stored();
    const places = ["K#current", "K#next", "K#prev"].flatMap((place) => stored.get(place) ?? []);
    return places.map((key) => ({ ...this.privateJwk(key), kid: key.kid, use: "sig", alg: "ES256" }));
  }

  /** Promotes next, and writes `besides` with it, when the current key is old enough, or with `force`; whether it did. */
  async rotate(force = false, besides: readonly Write[] = []): Promise<boolean> {
    const stored = await this.stored();
    const [current, next] = [stored.get("K#current"), stored.get("K#next")];
    if (!current || !next) return false;
    const now = seconds(this.clock);
    const isDue = force || now - (current.currentSince ?? current.publishedAt) >= rotateAfterSeconds;
    if (!isDue || now - next.publishedAt < publishBeforeUseSeconds) return false;
    try {
      await this.table.transact([
        { put: this.item("prev", current) },
        { put: this.item("current", { ...next, currentSince: now }), when: equal("kid", current.kid) },
        { put: await this.newKey("next"), when: equal("kid", next.kid) },
        ...besides,
      ]);
    } catch (error) {
      if (error instanceof TransactionCancelled) return false; // another process rotated
      throw error;
    }
    this.loaded = undefined;
    return true;
  }

  private async load() {
    if (this.loaded && this.clock() - this.loaded.at < cacheMs) return this.loaded;
    const stored = await this.stored();
    const current = stored.get("K#current");
    if (!current) throw new Error("There are no signing keys: run setup.ts first.");
    const key = await importJWK(this.privateJwk(current), "ES256");
    if (key instanceof Uint8Array) throw new Error("a signing key is not an EC key");
    const set = { keys: [...stored.values()].filter((key) => this.verifies(key, current)).map(published) };
    // the same object while the keys are the same: verifiers cache imported keys by document
    const same = this.loaded && JSON.stringify(this.loaded.set) === JSON.stringify(set) ? this.loaded.set : set;
    this.loaded = { at: this.clock(), set: same, signing: { kid: current.kid, key } };
    return this.loaded;
  }

  private privateJwk({ kid, sealed }: StoredKey) {
    return privateHalf.parse(JSON.parse(unsealText(this.kek, sealed, sealPlace(kid))));
  }

  /** Another process may sign with the predecessor until its cache ends. */
  private verifies(key: StoredKey, current: StoredKey): boolean {
    const grace = this.tokenSeconds + leewaySeconds + cacheMs / 1000;
    return key.sk !== "K#prev" || seconds(this.clock) - (current.currentSince ?? 0) <= grace;
  }

  private async stored(): Promise<Map<string, StoredKey>> {
    const page = await this.table.query({ ...keys.signingKeys, limit: 10, consistent: true });
    return new Map(page.items.map((item) => [item.sk, storedKey.parse(item)]));
  }

  private async newKey(place: "next" | "current"): Promise<Item> {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const publicJwk = storedKey.shape.publicJwk.parse(await exportJWK(pair.publicKey));
    const kid = await calculateJwkThumbprint(publicJwk);
    const sealed = sealText(this.kek, JSON.stringify(await exportJWK(pair.privateKey)), sealPlace(kid));
    const now = seconds(this.clock);
    return this.item(place, {
      kid,
      publicJwk,
      sealed,
      publishedAt: now,
      ...(place === "current" && { currentSince: now }),
    });
  }

  private item(place: "next" | "current" | "prev", key: Omit<StoredKey, "sk">): Item {
    const { kid, publicJwk, sealed, publishedAt, currentSince } = key;
    const since = currentSince === undefined ? {} : { currentSince };
    return { ...keys.signingKey(place), kid, publicJwk, sealed, publishedAt, ...since };
  }
}

const sealPlace = (kid: string) => `signing-key|${kid}`;
const published = ({ publicJwk, kid }: StoredKey): JWK => ({ ...publicJwk, kid, use: "sig", alg: "ES256" });
