import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import * as keys from "../../platform/dynamo/keys.ts";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { chatList, chatView } from "../schemas.ts";
import { folderList, folderView } from "./schemas.ts";

setDefaultTimeout(30_000);
let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
const implementations: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["in dynoxide", () => tableIn(dynoxide.port)],
];
const path = "/api/v1/chats/folders";

describe.each(implementations)("folders %s", (_name, open) => {
  async function begin() {
    const house = await Harness.ready({ BELLWETHER_QUOTA_FOLDERS_OF_USER: 5 }, { table: await open() });
    const mary = await house.person("farmer");
    const make = (name = "Rams", { token }: Person = mary) => house.call("POST", path, { token, body: { name } });
    const list = async ({ token }: Person = mary) =>
      folderList.parse(await (await house.call("GET", path, { token })).json()).items;
    const chat = async () =>
      chatView.parse(await (await house.call("POST", "/api/v1/chats", { token: mary.token, body: {} })).json()).id;
    const read = async (id: string) =>
      chatView.parse(await (await house.call("GET", `/api/v1/chats/${id}`, { token: mary.token })).json());
    const move = (id: string, folder: string | null, rev = "*") =>
      house.call("PATCH", `/api/v1/chats/${id}`, {
        token: mary.token,
        body: { folder_id: folder },
        headers: { "if-match": rev },
      });
    return { house, mary, make, list, chat, read, move };
  }
  const idOf = async (answer: Response) => folderView.parse(await answer.json()).id;

  test("are made, named anew and deleted; the chats in them stay, in none", async () => {
    const { house, mary, make, list, chat, read, move } = await begin();
    const { token } = mary;
    const id = await idOf(await make("Secret rams"));
    expect((await house.call("PUT", `${path}/${id}`, { token, body: { name: "Secret ewes" } })).status).toBe(200);
    expect((await list()).map(({ name }) => name)).toEqual(["Secret ewes"]);
    const chats = [await chat(), await chat(), await chat()];
    for (const one of chats.slice(0, 2)) expect((await move(one, id)).status).toBe(200);
    expect(await read(chats[0] ?? "")).toMatchObject({ folder_id: id });
    const inIt = await house.call("GET", `/api/v1/chats?folder=${id}`, { token });
    expect(chatList.parse(await inIt.json()).items).toHaveLength(2);
    expect(JSON.stringify((await house.composed.platform.table.scan(1_000)).items)).not.toContain("Secret");
    expect((await house.call("DELETE", `${path}/${id}`, { token })).status).toBe(204);
    expect(await list()).toEqual([]);
    for (const one of chats) expect(await read(one)).toMatchObject({ folder_id: null });
    expect((await house.call("DELETE", `${path}/${id}`, { token })).status).toBe(404);
    expect((await house.call("PUT", `${path}/${id}`, { token, body: { name: "Back" } })).status).toBe(404);
  });

  test("a chat goes into no folder that is not there, or is somebody else's", async () => {
    const { house, make, chat, read, move, list } = await begin();
    const id = await chat();
    const john = await house.person("farmer");
    const foreign = await idOf(await make("His", john));
    for (const folder of [foreign, "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d"]) {
      const answer = await move(id, folder);
      expect([answer.status, await codeOf(answer)]).toEqual([404, "not_found"]);
    }
    expect(await read(id)).toMatchObject({ folder_id: null });
    const { token } = (await house.person("farmer")) as Person;
    for (const method of ["PUT", "DELETE"])
      expect(
        (
          await house.call(method, `${path}/${foreign}`, {
            token,
            body: method === "PUT" ? { name: "Mine" } : undefined,
          })
        ).status,
      ).toBe(404);
    expect((await list(john)).map(({ name }) => name)).toEqual(["His"]);
  });

  test("of twenty who make one at once as many do as there is room for; a deleted one makes room", async () => {
    const { house, mary, make, list } = await begin();
    const answers = await Promise.all(Array.from({ length: 20 }, () => make()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(await codeOf(answers.find(({ status }) => status !== 201) ?? new Response())).toBe("quota_reached");
    const [first] = await list();
    const remove = () => house.call("DELETE", `${path}/${first?.id}`, { token: mary.token });
    await Promise.all(Array.from({ length: 20 }, remove));
    const more = await Promise.all(Array.from({ length: 20 }, () => make()));
    expect(more.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  test("moves against a deletion leave no chat in a folder that is gone", async () => {
    const { house, mary, make, chat, read, move } = await begin();
    const id = await idOf(await make());
    const chats = await Promise.all(Array.from({ length: 20 }, chat));
    const moves = chats.map((one) => move(one, id));
    const removed = house.call("DELETE", `${path}/${id}`, { token: mary.token });
    for (const { status } of await Promise.all(moves)) expect([200, 404]).toContain(status);
    expect((await removed).status).toBe(204);
    for (const one of chats) expect((await read(one)).folder_id).toBeNull();
  });

  test("a deletion that was not finished is, when the folders are listed", async () => {
    const { house, mary, make, list, chat, read, move } = await begin();
    const id = await idOf(await make());
    const one = await chat();
    await move(one, id);
    await house.composed.platform.table.update(keys.folder(mary.uid, id), { set: { isGoing: true } });
    expect(await list()).toEqual([]);
    expect((await read(one)).folder_id).toBeNull();
  });
});
