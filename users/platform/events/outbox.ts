import { type Clock, isoTime } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import type { Attributes, PutWrite } from "../dynamo/table.ts";
import { uuid } from "../ids.ts";
import type { ServiceName } from "../settings.ts";

/*
 * Why an outbox item and not the table's stream:
 * - the event is written in the same transaction as the change, in the words of its contract; a stream record is a
 *   row image from which the event would have to be guessed;
 * - it is deleted only after JetStream has acknowledged it, so an outage of a day or a week loses nothing; a stream
 *   forgets after 24 hours;
 * - there is no shard iterator or checkpoint to keep, and the same code runs on DynamoDB, dynoxide and the double;
 * - two relays at once are harmless: the event id is the message id, JetStream drops the second copy.
 * The price is one more item in the transaction and one delete. The tables still carry a stream for other readers.
 */

export type NewEvent = {
  type: `users.${string}.v1`;
  subject: string;
  actor: string | null;
  data: Attributes;
  traceparent?: string;
};

/** The outbox write of an event, to go into the transaction of its change. */
export function outboxEntry(clock: Clock, service: ServiceName, event: NewEvent): PutWrite {
  const id = uuid(clock());
  const traceparent = event.traceparent ?? "";
  const body = JSON.stringify({
    specversion: "1.0",
    id,
    source: `/${service}`,
    type: event.type,
    subject: event.subject,
    time: isoTime(clock()),
    datacontenttype: "application/json",
    traceparent,
    actor: event.actor,
    farmid: null,
    keyversion: 1,
    data: event.data,
  });
  return { put: { ...keys.outbox(service, id), type: event.type, body, at: clock(), traceparent } };
}
