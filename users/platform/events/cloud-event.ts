import { z } from "zod";

/** A fact of another service, as it arrives (CloudEvents 1.0). */
export const cloudEvent = z.looseObject({
  id: z.string().min(1).max(100),
  type: z.string(),
  time: z.iso.datetime({ offset: true }),
  actor: z.string().nullish(),
  farmid: z.string().nullish(),
  data: z.record(z.string(), z.unknown()),
});
export type CloudEvent = z.infer<typeof cloudEvent>;

/** A fact by its head, which stands in the headers of its message too, without data; undefined where it does not. */
export function ofHead(header: (name: string) => string | undefined): CloudEvent | undefined {
  const [id, type, time, actor, farmid] = ["id", "type", "time", "actor", "farmid"].map((name) => header(`ce-${name}`));
  return cloudEvent.safeParse({ id, type, time, actor: actor || null, farmid: farmid || null, data: {} }).data;
}

/** `not_yet`: something that the event needs has not arrived, from another stream perhaps; it comes again later. */
export type Outcome = "handled" | "known" | "not_yet";
/** `durable` names the consumer in JetStream. To a reader of heads no data are sent, for they may be large. */
export type Subscriber = {
  stream: string;
  durable: string;
  subjects: string[];
  readsHeads?: true;
  handle: (event: CloudEvent) => Promise<Outcome>;
};
