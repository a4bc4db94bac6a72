import { z } from "zod";
import { hash, mark } from "../../platform/hashes.ts";
import type { Outgoing } from "../../platform/outgoing/outgoing.ts";
import { notFound, Problem, quotaReached } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import { isPushEndpoint } from "./endpoints.ts";
import { mostSubscriptions, type PushRepository, type StoredSubscription } from "./repository.ts";

const subscription = z.object({ endpoint: z.string(), keys: z.object({ p256dh: z.string(), auth: z.string() }) });
export type Subscription = z.infer<typeof subscription>;
const keyPair = z.object({ publicKey: z.string(), privateKey: z.string() });
export type Notice = { id: string; title: string; body: string };
export type PushParts = {
  repository: PushRepository;
  keys: DataKeys;
  kek: Uint8Array;
  outgoing: Outgoing;
  allowed: readonly string[];
  /** Whom a push service writes to when something is wrong (RFC 8292): `mailto:` or `https:`. */
  contact: string;
};

const withinMs = 10_000;
const keptSeconds = 86_400;
const keyPlace = "push-key";

/** Web push (RFC 8030): messages are encrypted for the browser, so that its push service reads none of them. */
export class PushNotices {
  constructor(private readonly parts: PushParts) {}

  async publicKey(): Promise<string> {
    return (await this.keyPair()).publicKey;
  }

  /** The same browser again keeps its place. */
  async subscribe(uid: string, wanted: Subscription): Promise<{ id: string; isNew: boolean }> {
    const { repository, keys, kek, allowed } = this.parts;
    if (!isPushEndpoint(wanted.endpoint, allowed)) throw foreignEndpoint();
    const id = mark(kek, "push-subscription", `${uid}|${wanted.endpoint}`).slice(0, 22);
    const sealed = sealText(await keys.keyOf(uid), JSON.stringify(wanted), placeOf(uid, id));
    for (let tries = 0; tries < mostSubscriptions; tries++) {
      const there = await repository.list(uid);
      const old = there.find((each) => each.mark === id);
      const slot = old?.slot ?? firstFree(there);
      if (slot === undefined) throw quotaReached(`You have ${mostSubscriptions} browsers that are told: remove one.`);
      if (await repository.put(uid, slot, id, sealed, old !== undefined)) return { id, isNew: !old };
    }
    throw new Problem(409, "conflict", "Too many browsers subscribe at once: try again.");
  }

  async list(uid: string): Promise<{ id: string; service: string; created_at: string }[]> {
    const key = await this.parts.keys.keyOf(uid);
    const found = await this.parts.repository.list(uid);
    return found.map((each) => {
      const service = new URL(open(each, uid, key).endpoint).hostname;
      return { id: each.mark, service, created_at: each.created_at };
    });
  }

  async unsubscribe(uid: string, id: string): Promise<void> {
    const found = (await this.parts.repository.list(uid)).find((each) => each.mark === id);
    if (!found || !(await this.parts.repository.remove(uid, found.slot, id))) throw notFound("subscription");
  }

  /** To every browser of a person; one that is gone is forgotten. Throws when a service asks for another try. */
  async send(uid: string, { id, title, body }: Notice): Promise<void> {
    const found = await this.parts.repository.list(uid);
    if (found.length === 0) return;
    const key = await this.parts.keys.keyOf(uid);
    const payload = JSON.stringify({ id, title, body: body.slice(0, 1_000) });
    const statuses = await Promise.all(
      found.map(async (each) => {
        const status = await this.post(open(each, uid, key), payload, id);
        if (status === 404 || status === 410) await this.parts.repository.remove(uid, each.slot, each.mark);
        return status;
      }),
    );
    const again = statuses.find((status) => status === 429 || status >= 500);
    if (again !== undefined) throw new Error(`a push service answered ${again}`);
  }

  private async post(to: Subscription, payload: string, id: string): Promise<number> {
    // what was stored under a longer list is not called any more
    if (!isPushEndpoint(to.endpoint, this.parts.allowed)) return 410;
    const { default: webPush } = await import("web-push");
    const request = webPush.generateRequestDetails(to, payload, {
      vapidDetails: { subject: this.parts.contact, ...(await this.keyPair()) },
      TTL: keptSeconds,
      // of a message that is sent twice the service keeps one
      topic: hash(id).slice(0, 32),
    });
    const { endpoint, method, headers, body } = request;
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const signal = AbortSignal.timeout(withinMs);
    const sent = { method, headers: given, body: new Uint8Array(body ?? []), signal };
    const answer = await this.parts.outgoing.fetch(endpoint, sent);
    await answer.body?.cancel();
    return answer.status;
  }

  private async keyPair(): Promise<z.infer<typeof keyPair>> {
    const { repository, kek } = this.parts;
    const read = async () => {
      const sealed = await repository.key();
      return sealed && keyPair.parse(JSON.parse(unsealText(kek, sealed, keyPlace)));
    };
    const known = await read();
    if (known) return known;
    const { default: webPush } = await import("web-push");
    await repository.putKey(sealText(kek, JSON.stringify(webPush.generateVAPIDKeys()), keyPlace));
    return keyPair.parse(await read());
  }
}

const placeOf = (uid: string, id: string) => `push|${uid}|${id}`;

const open = ({ mark: id, sealed }: StoredSubscription, uid: string, key: Uint8Array): Subscription =>
  subscription.parse(JSON.parse(unsealText(key, sealed, placeOf(uid, id))));

function firstFree(there: readonly StoredSubscription[]): number | undefined {
  const taken = new Set(there.map(({ slot }) => slot));
  return Array.from({ length: mostSubscriptions }, (_, slot) => slot).find((slot) => !taken.has(slot));
}

function foreignEndpoint(): Problem {
  const message = "This address is of no push service that the platform knows.";
  const fix = "Send the subscription as the browser made it; an operator adds hosts by PROFILES_PUSH_HOSTS.";
  const errors = [{ row: null, field: "endpoint", code: "foreign_endpoint", message, fix }];
  return new Problem(422, "foreign_endpoint", message, { errors });
}
