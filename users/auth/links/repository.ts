import { z } from "zod";
import { type Clock, day, minute, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { all, compare, type DeleteWrite, equal, type PutWrite, type Table } from "../../platform/dynamo/table.ts";
import { randomText } from "../../platform/ids.ts";

const lives = { verify: day, reset: 30 * minute, email: 60 * minute };
export type LinkKind = keyof typeof lives;

/** `mark` is what must still be true of the account for the link to count. */
const linkItem = z.object({ uid: z.string(), email: z.string(), mark: z.string() });
export type Link = z.infer<typeof linkItem>;

/** Secrets in links that are mailed: only their hash is stored, each works once, and soon not at all. */
export class LinkRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  issue(kind: LinkKind, link: Link): { token: string; write: PutWrite } {
    const token = randomText(32);
    const exp = seconds(this.clock) + lives[kind];
    // by which an erasure finds it; one that is nobody's has a place of its own
    const index = { gsi1pk: keys.linkIndex(link.uid || link.mark), gsi1sk: String(exp) };
    return { token, write: { put: { ...keys.link(kind, token), ...link, ...index, exp, ttl: exp } } };
  }

  /** As much work as a link, for an address that has no account. */
  decoy(kind: LinkKind): PutWrite {
    return this.issue(kind, { uid: "", email: "", mark: randomText(32) }).write;
  }

  async read(kind: LinkKind, token: string): Promise<Link | undefined> {
    const item = await this.table.get(keys.link(kind, token));
    const link = item && linkItem.parse(item);
    return link?.uid ? link : undefined;
  }

  /** Goes into the transaction of what the link allows: of those who use it at once one does. */
  use(kind: LinkKind, token: string, { uid }: Link): DeleteWrite {
    const isLive = all(equal("uid", uid), compare("exp", ">", seconds(this.clock)));
    return { delete: keys.link(kind, token), when: isLive };
  }
}
