import * as keys from "../platform/dynamo/keys.ts";
import { present } from "../platform/dynamo/table.ts";
import { ulid, uuid } from "../platform/ids.ts";
import type { Ground, Person } from "./ground.ts";
import { beside, type Row, rates } from "./rows.ts";

const callers = 16;
const pageSize = 50;
const text = "Which ram gives the best lambs on the hill, and what does it cost us in lambing ease? ".repeat(4);

/** A message appended over HTTP, beside a transaction of two items through the same client. */
export async function append(ground: Ground): Promise<Row[]> {
  const { table } = ground.stores;
  const people = await Promise.all(Array.from({ length: callers }, (_, n) => withChat(ground, `append${n}`)));
  const ours = async (n: number) => send(ground, people[n % callers]);
  const heads = people.map(() => ({ pk: uuid(Date.now()), sk: "META" }));
  for (const head of heads) await table.put({ ...head, n: 0 });
  const bare = (n: number) => {
    const head = heads[n % callers] ?? { pk: "", sk: "" };
    const put = { pk: head.pk, sk: ulid(Date.now()), text };
    return table.transact([{ update: head, change: { add: { n: 1 } }, when: present("pk") }, { put }]);
  };
  const [value, other] = await rates(ours, bare, callers, ground.seconds);
  const peer = { name: "bare transaction of 2", value: other };
  return [beside("append a message", `${callers} callers`, value, "messages/s", peer, { least: 0.7 })];
}

/** A page of messages, opened, over HTTP, beside a bare Query of as many items. */
export async function page(ground: Ground): Promise<Row[]> {
  const owner = await withChat(ground, "page");
  for (let n = 0; n < pageSize + 5; n++) await send(ground, owner);
  const path = `/api/v1/chats/${owner.cid}/messages?limit=${pageSize}`;
  const ours = async () => (await ground.call("GET", path, owner)).arrayBuffer();
  const { pk } = keys.chat(owner.cid);
  const bare = () =>
    ground.stores.table.query({ pk, prefix: keys.messagePrefix, limit: pageSize, descending: true, consistent: true });
  const [value, other] = await rates(ours, bare, callers, ground.seconds);
  const peer = { name: `bare Query of ${pageSize}`, value: other };
  return [beside("page of messages", `${pageSize} of them`, value, "pages/s", peer, { least: 0.3 })];
}

type Writer = Person & { cid: string };

async function withChat(ground: Ground, name: string): Promise<Writer> {
  const person = await ground.person(name);
  const answer = await ground.call("POST", "/api/v1/chats", { token: person.token, body: { title: "Measured" } });
  return { ...person, cid: String(Object(await answer.json()).id) };
}

async function send(ground: Ground, writer: Writer | undefined): Promise<void> {
  const body = { id: ulid(Date.now()), role: "user", content: text };
  const path = `/api/v1/chats/${writer?.cid}/messages`;
  await (await ground.call("POST", path, { token: writer?.token ?? "", body })).arrayBuffer();
}
