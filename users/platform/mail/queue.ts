import { z } from "zod";
import { type Clock, day, isoTime, minute, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { holdLease } from "../dynamo/leases.ts";
import type { Item, PutWrite, Table } from "../dynamo/table.ts";
import { TransactionCancelled } from "../dynamo/table.ts";
import { uuid } from "../ids.ts";
import { sealText, unsealText } from "../secrets/sealing.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import { type Deliver, type Mail, type Message, refuseUnsendable } from "./mail.ts";

const keptSeconds = 7 * day;
const mostSeconds = 30 * minute;
const leaseSeconds = 60;
const pageSize = 20;

const waiting = z.object({
  pk: z.string(),
  sk: z.string(),
  id: z.string(),
  kind: z.string(),
  sealed: z.instanceof(Uint8Array),
  at: z.number(),
  tries: z.number(),
});
type Waiting = z.infer<typeof waiting>;
const message = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  kind: z.string(),
  unsubscribe: z.string().optional(),
});

export type QueueParts = { table: Table; kek: Uint8Array; clock: Clock; log: Log };

/**
 * Messages that wait to be handed over, oldest first. They are sealed: many hold a link that signs somebody in. Each is
 * deleted once it is handed over, so that a crash sends one twice rather than never.
 */
export class MailQueue implements Mail {
  private readonly owner = uuid(0);

  constructor(private readonly parts: QueueParts) {}

  async send(given: Message): Promise<void> {
    await this.parts.table.put(this.entry(given).put);
  }

  entry(given: Message): PutWrite {
    refuseUnsendable(given);
    const { kek, clock } = this.parts;
    const id = uuid(clock());
    const sealed = sealText(kek, JSON.stringify(given), placeOf(id));
    return { put: this.item({ id, kind: given.kind, sealed, at: clock(), tries: 0 }, clock()) };
  }

  /** Hands over what is due, by one process at a time; returns how many left. */
  async deliver(handOver: Deliver): Promise<number> {
    const { table, clock } = this.parts;
    const page = await table.query({ pk: keys.mailQueue, limit: pageSize, consistent: true });
    const due = page.items.filter(({ sk }) => sk < isoTime(clock() + 1)).map((item) => waiting.parse(item));
    let sent = 0;
    for (const each of due) {
      if (!(await holdLease(table, clock, "mail", this.owner, leaseSeconds))) return sent;
      if (await this.handOver(each, handOver)) sent += 1;
    }
    return sent;
  }

  private async handOver(each: Waiting, deliver: Deliver): Promise<boolean> {
    const { table, kek, log } = this.parts;
    const { id, kind, tries } = each;
    try {
      const text = message.parse(JSON.parse(unsealText(kek, each.sealed, placeOf(id))));
      await deliver({ ...text, id, at: each.at });
    } catch (error) {
      log("warning", "mail_waits", { mail: id, kind, tries: tries + 1, reason: reason(error) });
      await this.putOff(each);
      return false;
    }
    await table.delete({ pk: each.pk, sk: each.sk });
    log("info", "mail_sent", { mail: id, kind });
    return true;
  }

  /** Later and later, so that one that cannot be delivered does not stand before the others. */
  private async putOff(each: Waiting): Promise<void> {
    const { table, clock } = this.parts;
    const pause = Math.min(mostSeconds, 5 * 2 ** each.tries);
    try {
      await table.transact([
        { delete: { pk: each.pk, sk: each.sk } },
        { put: this.item({ ...each, tries: each.tries + 1 }, clock() + pause * 1000) },
      ]);
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
    }
  }

  private item(
    { id, kind, sealed, at, tries }: Omit<Waiting, "pk" | "sk" | "sealed"> & { sealed: Uint8Array },
    dueMs: number,
  ): Item {
    const ttl = seconds(() => at) + keptSeconds;
    return { ...keys.mail(isoTime(dueMs), id), id, kind, sealed, at, tries, ttl };
  }
}

const placeOf = (id: string) => `mail|${id}`;
