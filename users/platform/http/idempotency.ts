import type { Context } from "hono";
import { z } from "zod";
import { type Clock, day, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { absentOrExpired, type Key, type Table, TransactionCancelled, type Write } from "../dynamo/table.ts";
import { bytes } from "../dynamo/values.ts";
import { hash } from "../hashes.ts";
import { Problem } from "../problems.ts";
import { sealText, unsealText } from "../secrets/sealing.ts";
import type { AppEnv } from "./service-app.ts";

/** What is told of a thing that was made. */
export type Told<T> = { body: T; headers: Record<string, string> };
/** A thing that is made: what is told of it, the writes that make it, and what it means when one does not hold. */
export type Made<T> = Told<T> & { writes: readonly Write[]; refusal: Problem };
export type Once = <T>(
  c: Context<AppEnv>,
  scope: string,
  schema: z.ZodType<T>,
  make: () => Promise<Made<T>>,
) => Promise<Told<T>>;

const keptSeconds = day;
const stored = z.object({ fingerprint: z.string(), answer: bytes });
const headers = z.record(z.string(), z.string());

/**
 * `Idempotency-Key`: same key and body = the same answer, another body = 422. The answer is stored in the transaction of
 * the writes, so there is no moment at which one of them is there without the other: whoever asks again after a crash
 * or a lost answer makes nothing twice. Of those who ask at once the first one writes, and the others get its answer.
 */
export function onceFrom(table: Table, kek: Uint8Array, clock: Clock): Once {
  return async (c, scope, schema, make) => {
    const given = keyOf(c);
    if (given === undefined) {
      const { writes, refusal, ...told } = await make();
      await table.transact(writes).catch((error) => {
        throw isRefusal(error) ? refusal : error;
      });
      return told;
    }
    const key = keys.idempotency(c.get("caller").uid, scope, given);
    const fingerprint = hash(`${c.req.method} ${c.req.path}\n${await c.req.text()}`);
    const place = `idempotency|${key.pk}|${key.sk}`;
    const known = async () => {
      const answer = await answerOf(table, key, fingerprint);
      const kept = z.object({ body: schema, headers });
      return answer && kept.parse(JSON.parse(unsealText(kek, answer, place)));
    };
    const before = await known();
    if (before) return before;
    const { writes, refusal, ...told } = await make();
    const now = seconds(clock);
    const answer = sealText(kek, JSON.stringify(told), place);
    const record = { put: { ...key, fingerprint, answer, ttl: now + keptSeconds }, when: absentOrExpired(now) };
    try {
      await table.transact([record, ...writes]);
      return told;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const first = await known();
      if (!first) throw error.failed(0) ? error : refusal;
      return first;
    }
  };
}

const isRefusal = (error: unknown): error is TransactionCancelled =>
  error instanceof TransactionCancelled && error.isRefusal;

function keyOf(c: Context<AppEnv>): string | undefined {
  const given = c.req.header("idempotency-key");
  if (given !== undefined && !/^[\x21-\x7e]{1,200}$/.test(given))
    throw new Problem(422, "idempotency_key_invalid", "Idempotency-Key holds 1 to 200 printable characters.");
  return given;
}

/** The answer that this key had, if it had one. */
async function answerOf(table: Table, key: Key, fingerprint: string): Promise<Uint8Array | undefined> {
  const item = await table.get(key);
  if (!item) return undefined;
  const old = stored.parse(item);
  if (old.fingerprint !== fingerprint)
    throw new Problem(422, "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new one.");
  return old.answer;
}
