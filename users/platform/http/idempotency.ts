import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { type Clock, day, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { absentOrExpired, all, any, ConditionFailed, compare, equal, type Key, type Table } from "../dynamo/table.ts";
import { bytes } from "../dynamo/values.ts";
import { hash } from "../hashes.ts";
import { Problem } from "../problems.ts";
import { sealText, unsealText } from "../secrets/sealing.ts";
import type { AppEnv } from "./service-app.ts";

const keptSeconds = day;
const leaseSeconds = 60;
const keptHeaders = ["content-type", "etag", "location"];

const stored = z.object({ fingerprint: z.string(), state: z.enum(["running", "done"]), answer: bytes.optional() });
const answer = z.object({ status: z.number(), body: z.string(), headers: z.record(z.string(), z.string()) });

/** `Idempotency-Key`: same key and body = the stored answer; still running = 409; another body = 422. */
export function idempotent(table: Table, kek: Uint8Array, clock: Clock, scope: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header("idempotency-key");
    if (given === undefined) return next();
    if (!/^[\x21-\x7e]{1,200}$/.test(given))
      throw new Problem(422, "idempotency_key_invalid", "Idempotency-Key holds 1 to 200 printable characters.");
    const key = keys.idempotency(c.get("caller").uid, scope, given);
    const fingerprint = hash(`${c.req.method} ${c.req.path}\n${await c.req.text()}`);
    const known = await claim(table, clock, key, fingerprint);
    if (known) {
      const old = answer.parse(JSON.parse(unsealText(kek, known, place(key))));
      return new Response(old.body, { status: old.status, headers: old.headers });
    }
    await next();
    if (c.res.status >= 400) {
      // nothing was done, so the key may be used again
      await table.delete(key, equal("fingerprint", fingerprint));
      return;
    }
    const headers = Object.fromEntries(
      keptHeaders.map((name) => [name, c.res.headers.get(name) ?? ""]).filter(([, v]) => v),
    );
    const text = JSON.stringify({ status: c.res.status, body: await c.res.clone().text(), headers });
    await table.update(key, { set: { state: "done", answer: sealText(kek, text, place(key)) } });
  };
}

/** Claims the key, or returns the answer that was stored under it. */
async function claim(table: Table, clock: Clock, key: Key, fingerprint: string): Promise<Uint8Array | undefined> {
  const now = seconds(clock);
  const item = { ...key, fingerprint, state: "running", lease: now + leaseSeconds, ttl: now + keptSeconds };
  const crashed = all(equal("state", "running"), compare("lease", "<=", now), equal("fingerprint", fingerprint));
  try {
    await table.put(item, any(absentOrExpired(now), crashed));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const old = stored.parse(error.old ?? (await table.get(key)));
    if (old.fingerprint !== fingerprint)
      throw new Problem(
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used with another body: use a new one.",
      );
    if (old.state === "running" || !old.answer)
      throw new Problem(409, "idempotency_running", "A request with this Idempotency-Key is still running.");
    return old.answer;
  }
}

const place = (key: Key) => `idempotency|${key.pk}`;
