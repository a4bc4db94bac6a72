import { sealedMessage } from "../chats/messages/service.ts";
import { searchPlace, titlePlace } from "../chats/models.ts";
import { termsOf } from "../chats/search/words.ts";
import * as keys from "../platform/dynamo/keys.ts";
import type { Attributes, Write } from "../platform/dynamo/table.ts";
import { ulid, uuid } from "../platform/ids.ts";
import { DataKeys } from "../platform/secrets/data-keys.ts";
import { sealText } from "../platform/secrets/sealing.ts";
import type { Ground, Person } from "./ground.ts";
import { beside, figure, type Row } from "./rows.ts";

const full = 10_000;
const chatsAtOnce = 15;
const words =
  "ram ewe lamb weight hill scanning lambing fleece drench paddock mob cull sire dam twin season growth eye muscle".split(
    " ",
  );

/** Of all chats of one person those that hold two words, over HTTP, beside reading the same entries and doing nothing. */
export async function search(ground: Ground): Promise<Row[]> {
  const owner = await ground.person("search");
  const chats = ground.size(full);
  await write(ground, owner, chats);
  const ask = async (query: string) =>
    (await (await ground.call("GET", `/api/v1/chats/search?q=${query}`, owner)).json()) as {
      items: unknown[];
      is_complete: boolean;
    };
  const found = await ask("needle haystack");
  if (found.items.length !== 3 || !found.is_complete) throw new Error(`search found ${found.items.length} of 3 chats`);
  const { pk } = keys.searched(owner.uid, "", "");
  const bare = async () => {
    let after: Attributes | undefined;
    do {
      const page = await ground.stores.table.query({
        pk,
        prefix: keys.searchPrefix,
        limit: 1_000,
        descending: true,
        after,
      });
      after = page.next;
    } while (after);
  };
  const [ours, theirs]: [number[], number[]] = [[], []];
  const end = performance.now() + ground.seconds * 1_000;
  while (performance.now() < end || ours.length < 5) {
    theirs.push(await timed(bare));
    ours.push(await timed(() => ask("needle haystack")));
  }
  const peer = { name: "the same entries read raw", value: at(theirs, 0.5) };
  const size = `${chats} chats`;
  return [
    beside("search, median", size, at(ours, 0.5), "ms", peer, { most: 2 }),
    figure("search, p95", size, at(ours, 0.95), "ms"),
  ];
}

/** Chats with a question and an answer each, as the service stores them; three of them hold what is looked for. */
async function write({ stores, settings }: Ground, { uid }: Person, chats: number): Promise<void> {
  const key = await new DataKeys(stores.keysTable, settings.kek, Date.now).keyOf(uid);
  const began = Date.now() - chats;
  for (let from = 0; from < chats; from += chatsAtOnce) {
    const writes: Write[] = [];
    for (let n = from; n < Math.min(from + chatsAtOnce, chats); n++) {
      const created = began + n;
      const cid = uuid(created);
      const title = `Chat ${n}`;
      const says = Array.from({ length: 40 }, (_, at) => `${words[(n * 7 + at * 3) % words.length]}${(n + at) % 50}`);
      if (n % Math.floor(chats / 3) === 1) says.push("needle haystack");
      const messages = [ulid(created), ulid(created + 1)].map((id, at) => {
        const facts = { id, role: at === 0 ? ("user" as const) : ("assistant" as const), parent: null, created };
        return sealedMessage({ cid }, key, facts, says.slice(at * 20).join(" "), {});
      });
      const chat = {
        cid,
        uid,
        title: sealText(key, title, titlePlace(cid)),
        n: 2,
        rev: 1,
        days: null,
        headId: messages[1]?.id,
        created,
        updated: created,
      };
      writes.push(
        { put: { ...keys.chat(cid), ...chat, gsi1pk: keys.chatIndex(uid), gsi1sk: ulid(created) } },
        { put: { ...keys.searched(uid, cid, "T"), cid, part: "T", terms: termsOf(key, title, searchPlace(cid, "T")) } },
        ...messages.flatMap((message, at): Write[] => {
          const part = `M#${message.id}`;
          const terms = termsOf(key, says.slice(at * 20).join(" "), searchPlace(cid, part));
          return [
            { put: { ...keys.message(cid, message.id), ...message } },
            { put: { ...keys.searched(uid, cid, part), cid, part, terms } },
          ];
        }),
      );
    }
    await stores.table.transact(writes);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const at = (times: readonly number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? 0;
