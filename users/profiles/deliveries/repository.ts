import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  present,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";
import { abouts } from "./models.ts";

export const delivery = z.object({
  pk: z.string(),
  sk: z.string(),
  uid: z.string(),
  id: z.string(),
  channel: z.enum(["mail", "push"]),
  about: z.enum(abouts).optional(),
  title: z.string(),
  body: z.string(),
  tries: z.number(),
  ttl: z.number(),
});
export type Delivery = z.infer<typeof delivery>;

const leaseSeconds = 60;
const pageSize = 100;

/** Notices that go by mail or push, by the second from which they may. */
export class DeliveryRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** Some that are due, oldest first. */
  async due(): Promise<Delivery[]> {
    const page = await this.table.query({ pk: keys.deliveriesPartition, limit: pageSize, consistent: true });
    const found = page.items.map((item) => delivery.parse(item));
    return found.filter(({ sk }) => Number(sk.slice(0, 11)) <= seconds(this.clock));
  }

  /** One worker at a time; each try counts, and the next one may come after a longer while. */
  async take({ pk, sk }: Delivery): Promise<Delivery | undefined> {
    const now = seconds(this.clock);
    const isFree = any(absent("leaseEnd"), compare("leaseEnd", "<=", now));
    try {
      const change = { set: { leaseEnd: now + leaseSeconds }, add: { tries: 1 } };
      return delivery.parse(await this.table.update({ pk, sk }, change, all(present("pk"), isFree)));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  async remove({ pk, sk }: Delivery): Promise<void> {
    await this.table.delete({ pk, sk });
  }

  /** To a later place, so that what cannot go now keeps nothing else waiting. */
  async setAside(found: Delivery, waitSeconds: number): Promise<void> {
    const { pk, sk, ...rest } = found;
    const later = keys.delivery(seconds(this.clock) + waitSeconds, found.uid, found.id, found.channel);
    try {
      await this.table.transact([{ delete: { pk, sk }, when: present("pk") }, { put: { ...rest, ...later } }]);
    } catch (error) {
      // it went with its person
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
    }
  }
}
