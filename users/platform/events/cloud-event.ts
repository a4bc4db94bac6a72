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

/** `not_yet`: something that the event needs has not arrived, from another stream perhaps; it comes again later. */
export type Outcome = "handled" | "known" | "not_yet";
/** `durable` names the consumer in JetStream. */
export type Subscriber = {
  stream: string;
  durable: string;
  subjects: string[];
  handle: (event: CloudEvent) => Promise<Outcome>;
};
