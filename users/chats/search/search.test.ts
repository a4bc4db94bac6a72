import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { z } from "zod";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { ulid } from "../../platform/ids.ts";
import { Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { chatView } from "../schemas.ts";
import { searchResult } from "./schemas.ts";

// a loaded machine needs longer than the usual five seconds for the races
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

describe.each(implementations)("search and export %s", (_name, open) => {
  const begin = async () => {
    const table = await open();
    const house = await Harness.ready({}, { table });
    const [mary, john] = [await house.person("farmer"), await house.person("farmer")];
    let at = house.clock.ms;
    const call = (method: string, path: string, body?: unknown, who: Person = mary) =>
      house.call(method, `/api/v1/chats${path}`, { token: who.token, body });
    const chat = async (title: string, ...said: string[]) => {
      house.clock.pass(0.01);
      const { id } = chatView.parse(await (await call("POST", "", { title })).json());
      for (const content of said) await call("POST", `/${id}/messages`, { id: ulid(++at), role: "user", content });
      return id;
    };
    const find = async (q: string, more = "", who = mary) => {
      const answer = await call("GET", `/search?q=${encodeURIComponent(q)}${more}`, undefined, who);
      expect(answer.status).toBe(200);
      return searchResult.parse(await answer.json());
    };
    return { table, house, mary, john, call, chat, find };
  };

  test("finds chats by all words of title and messages, says what it looked at, and nobody else's", async () => {
    const { john, call, chat, find, table } = await begin();
    const rams = await chat("Rams for the hill", "Which Ram carries the scrapie allele?", "UK7, he is résistant.");
    const many = await chat("Weights", ...Array.from({ length: 12 }, (_, n) => `ewe ${n} weighs ${40 + n} kg`));
    const ids = (found: z.infer<typeof searchResult>) => found.items.map(({ chat }) => chat.id);
    for (const q of ["scrapie ram", "HILL resistant", "uk7"]) expect(ids(await find(q))).toEqual([rams]);
    // the second time its entries are merged
    for (let n = 0; n < 2; n++) expect(ids(await find("ewe 51"))).toEqual([many]);
    expect((await find("scrapie")).items[0]?.snippets).toMatchObject([
      { text: "Which Ram carries the scrapie allele?" },
    ]);
    expect(await find("cattle")).toMatchObject({ items: [], n_searched: 2, is_complete: true, next: null });
    expect((await find("scrapie", "", john)).items).toEqual([]);
    expect(JSON.stringify((await table.scan(1_000)).items)).not.toContain("scrapie");
    expect((await call("GET", "/search?q=--")).status).toBe(422);
    expect((await call("DELETE", `/${rams}`)).status).toBe(204);
    expect((await find("scrapie")).items).toEqual([]);
    const left = (await table.scan(1_000)).items.filter(({ sk }) => sk.startsWith(`SRCH#${rams}`));
    expect(left).toEqual([]);
  });

  test("a chat of more words than an item holds is found by each of them, again and again", async () => {
    const { chat, find, table } = await begin();
    const said = (n: number) => Array.from({ length: 6_000 }, (_, at) => `w${n}x${at}`).join(" ");
    const id = await chat("Words", ...Array.from({ length: 18 }, (_, n) => said(n)));
    for (const q of ["w0x7", "w17x5999", "w3x1 w12x2", "w7x70"])
      expect((await find(q)).items.map(({ chat }) => chat.id)).toEqual([id]);
    const entries = (await table.scan(1_000)).items.filter(({ sk }) => sk.startsWith(`SRCH#${id}`));
    expect(entries.length).toBeLessThan(17);
    for (const { terms } of entries) expect(Object(terms).length).toBeLessThan(300_000);
  });

  test("words are found in any script and form of writing, and no sign of a query does harm", async () => {
    const { chat, find } = await begin();
    const id = await chat("Любимые бараны", "Straße, Þórður, ŁÓDŹ, café, ΟΔΥΣΣΕΎΣ, 山羊と羊, แกะ, חרוף, ﬁne, ２０２６");
    const words = [
      "бараны",
      "strasse",
      "THORDUR",
      "łódź",
      "cafe",
      "οδυσσευς",
      "羊",
      "山羊",
      "แกะ",
      "חרוף",
      "fine",
      "2026",
    ];
    for (const q of words) expect([q, (await find(q)).items.map(({ chat }) => chat.id)]).toEqual([q, [id]]);
    for (const q of ["羊山", "(.*)+$x1", "\\u0000ab", "__proto__ constructor", "a".repeat(200), "éé\u202eaa"])
      expect([q, (await find(q)).items]).toEqual([q, []]);
  });

  test("pages through all that it finds, each once", async () => {
    const { chat, find } = await begin();
    const ids = [];
    for (let n = 0; n < 7; n++) ids.push(await chat(`Ewes ${n}`));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: z.infer<typeof searchResult> = await find("ewes", `&limit=3${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...page.items.map((item) => item.chat.id));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(ids.reverse());
  });

  test("an export is a download: JSON whole, Markdown with HTML as text, plain text", async () => {
    const { john, call, chat } = await begin();
    const id = await chat("Rams & <b>ewes</b>", "<script>alert(1)</script>", "second");
    const take = async (format: string) => {
      const answer = await call("GET", `/${id}/export?format=${format}`);
      const headers = ["content-disposition", "x-content-type-options", "cache-control"].map((name) =>
        answer.headers.get(name),
      );
      expect([answer.status, ...headers]).toEqual([
        200,
        `attachment; filename="chat-${id}.${format}"`,
        "nosniff",
        "no-store",
      ]);
      return answer.text();
    };
    const whole = JSON.parse(await take("json"));
    expect(whole).toMatchObject({ schema: "bellwether.chat/1", chat: { id }, usage: { input_tokens: 0 } });
    expect(whole.messages).toMatchObject([{ parent: null }, { parent: whole.messages[0].id, content: "second" }]);
    const markdown = await take("md");
    expect(markdown).toContain("# Rams &amp; &lt;b&gt;ewes&lt;/b&gt;");
    expect(markdown).not.toContain("<script>");
    expect(await take("txt")).toContain("<script>alert(1)</script>");
    expect((await call("GET", `/${id}/export`, undefined, john)).status).toBe(404);
    expect((await call("GET", `/${id}/export?format=exe`)).status).toBe(422);
  });
});
