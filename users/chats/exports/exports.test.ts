import { expect, setDefaultTimeout, test } from "bun:test";
import { extractText, getDocumentProxy } from "unpdf";
import { z } from "zod";
import { ulid } from "../../platform/ids.ts";
import { codeOf, Harness } from "../../testing/harness.ts";
import { chatView } from "../schemas.ts";

// a loaded machine starts the process that prints in some seconds
setDefaultTimeout(60_000);

async function begin() {
  const house = await Harness.ready({ CHATS_EXPORTS_LIMIT_USER: 200 });
  const mary = await house.person("farmer");
  const call = (method: string, path: string, body?: unknown) =>
    house.call(method, `/api/v1/chats${path}`, { token: mary.token, body });
  let at = house.clock.ms;
  const chat = async (title: string, ...contents: string[]) => {
    const { id } = chatView.parse(await (await call("POST", "", { title })).json());
    for (const content of contents) {
      const answer = await call("POST", `/${id}/messages`, { id: ulid(++at), role: "user", content });
      expect(answer.status).toBe(201);
    }
    return id;
  };
  return { house, call, chat };
}

async function textOf(answer: Response): Promise<string> {
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  const document = await getDocumentProxy(await answer.bytes());
  return (await extractText(document, { mergePages: true })).text;
}

const scripts = [
  "Žluťoučký kůň, Größe, Ærø, İstanbul, Ţăran, ñandú, Þórður, ő",
  "Ποιο κριάρι δίνει τα καλύτερα αρνιά;",
  "Який баран дає найкращих ягнят? Кой овен? Ѓорѓи",
  "Ո՞ր խոյը, რომელი ვერძი",
  "21 °C, ½ kg, ≥ 3 €, ±2 µm, x²",
];

test("a chat as PDF: its text can be read again, in the scripts of its font, and a count says what cannot be shown", async () => {
  const { call, chat } = await begin();
  const id = await chat("Ovce na Kopcích", ...scripts, "one\r\n\ttwo three");
  const text = await textOf(await call("GET", `/${id}/export?format=pdf`));
  // of signs with one shape, as µ and μ, the file knows one
  const flat = text.normalize("NFKC").replace(/\s+/g, " ");
  for (const line of ["Ovce na Kopcích", ...scripts, "one two three"]) expect(flat).toContain(line.normalize("NFKC"));
  expect(flat).not.toContain("□");
  const strange = await chat("A sheep 🐑", "羊 and שלום\u202e");
  const told = (await textOf(await call("GET", `/${strange}/export?format=pdf`))).replace(/\s+/g, " ");
  expect(told).toContain("A sheep □");
  expect(told).toContain("□ and □□□□");
  expect(told).toContain("6 characters have no shape in the fonts of this file");
});

test("a word without end and a chat of many pages are whole; what is too long for a PDF is refused and told what to do", async () => {
  const { call, chat } = await begin();
  const lines = Array.from({ length: 400 }, (_, n) => `Ewe ${n} was weighed.`);
  const id = await chat("Long", "a".repeat(60_000), lines.join("\n"));
  const text = await textOf(await call("GET", `/${id}/export?format=pdf`));
  expect(text.replace(/\s+/g, "").match(/a{1000,}/)?.[0].length).toBe(60_000);
  expect([...text.matchAll(/Ewe (\d+) was/g)].map(([, n]) => Number(n))).toEqual(lines.map((_, n) => n));
  const tooLong = await chat("Too long", ...Array.from({ length: 32 }, () => "é".repeat(32_000)));
  for (const path of [`/${tooLong}/export`, "/export"]) {
    const answer = await call("GET", `${path}?format=pdf`);
    expect([answer.status, await codeOf(answer)]).toEqual([422, "too_long_for_pdf"]);
  }
});

const written = z.looseObject({
  chats: z.array(z.looseObject({ chat: z.looseObject({ id: z.string() }), folder: z.looseObject({}).nullable() })),
});
test("all chats are one file in each form, of their owner alone", async () => {
  const { house, call, chat } = await begin();
  const folder = z
    .object({ id: z.string() })
    .parse(await (await call("POST", "/folders", { name: "Secret rams" })).json());
  const ids = [await chat("First", "one"), await chat("Second", "two & <b>"), await chat("Third")];
  const move = { token: (await house.login("person1@hillfarm.example")).token, headers: { "if-match": "*" } };
  await house.call("PATCH", `/api/v1/chats/${ids[0]}`, { ...move, body: { folder_id: folder.id } });
  const take = async (format: string) => {
    const answer = await call("GET", `/export?format=${format}`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="chats.${format}"`);
    return answer;
  };
  const whole = written.parse(await (await take("json")).json());
  expect(whole).toMatchObject({ schema: "bellwether.chats/1", folders: [{ id: folder.id, name: "Secret rams" }] });
  expect(new Set(whole.chats.map(({ chat: { id } }) => id))).toEqual(new Set(ids));
  const inFolder = whole.chats.filter(({ folder }) => folder !== null);
  expect(inFolder).toMatchObject([{ chat: { title: "First" }, folder: { name: "Secret rams" } }]);
  const markdown = await (await take("md")).text();
  for (const title of ["# First", "# Second", "# Third"]) expect(markdown).toContain(title);
  expect(markdown).toContain("two &amp; &lt;b&gt;");
  expect((await (await take("txt")).text()).split("=".repeat(72))).toHaveLength(3);
  const printed = await textOf(await take("pdf"));
  for (const words of ["First", "Second", "two & <b>", "Third"]) expect(printed).toContain(words);
  const john = await house.person("farmer");
  const his = await house.call("GET", "/api/v1/chats/export", { token: john.token });
  expect(await his.json()).toEqual({ schema: "bellwether.chats/1", folders: [], chats: [] });
});
