import { expect, test } from "bun:test";
import { codeOf, Harness } from "../../testing/harness.ts";
import { TestClock } from "../../testing/settings.ts";
import type { Part } from "../answering.ts";
import { BuiltInAnswerer, label } from "../emilia/built-in/answerer.ts";
import { understand } from "../emilia/built-in/intents.ts";
import { PlatformApi } from "../emilia/platform-api.ts";
import { tools } from "../emilia/reading/all.ts";
import { library, sectionsOf } from "./library.ts";

const clock = new TestClock();

const questions: [string, string][] = [
  ["How do I import weights from a CSV file?", "how-to/import-a-flock"],
  ["How do I undo an import?", "how-to/import-a-flock"],
  ["How can I connect ChatGPT or another assistant by MCP?", "how-to/connect-an-assistant-by-mcp"],
  ["How to give a script a token", "how-to/give-a-script-a-token"],
  ["How can I invite somebody to my farm?", "how-to/invite-a-member"],
  ["How do I print a report?", "how-to/print-a-report"],
  ["How do I export my flock?", "how-to/export-a-flock"],
  ["How can I connect a language model?", "how-to/connect-a-model"],
  ["How do I record a treatment with a withholding period?", "how-to/treatments-and-sales"],
  ["How should I choose rams?", "how-to/choose-rams-and-matings"],
  ["Where do I start the platform?", "how-to/start-and-stop"],
];

/** What the built-in answerer says; nothing of the platform is read for it. */
async function ask(content: string) {
  const fetch = () => Promise.reject(new Error("nobody is asked"));
  const apiFor = (token: string) => new PlatformApi({ urlOf: () => "http://platform", token, fetch });
  const answerer = new BuiltInAnswerer({ tools, clock: clock.now, apiFor });
  const question = { messages: [{ role: "user" as const, content }], facts: [], token: "t", language: "en" };
  const parts: Part[] = [];
  for await (const part of answerer.answer(question, new AbortController().signal)) parts.push(part);
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, citations: parts.filter((part) => part.type === "citation") };
}

test.each(questions)("%s", async (question, page) => {
  const { text, citations } = await ask(question);
  expect(citations[0]).toMatchObject({ kind: "documentation", href: expect.stringContaining(`?page=${page}`) });
  expect(text).toStartWith(citations[0]?.label ?? "");
  expect(text).toEndWith(label);
});

test.each(["How do I bake bread?", "How can I shear a dragon?", "How do I fly to the moon?", "How do I?"])(
  "%s is answered by saying that nothing is there",
  async (question) => {
    const { text, citations } = await ask(question);
    expect(text).toStartWith("The documentation of this platform says nothing on");
    expect(citations).toEqual([]);
  },
);

test("a question about the flock stays one", () => {
  const tool = (question: string) => understand(question, clock.now)?.tool;
  expect(tool("How do we compare with the breed?")).toBe("compare_with_breed");
  expect(tool("How is my flock doing?")).toBe("flock_summary");
  expect(tool("How did growth by sire look?")).toBe("growth_by_sire");
  expect(tool("How do I record that a ewe was culled?")).toBe("platform_help");
});

test("each citation leads to its page and its heading, and no other file is read", async () => {
  const house = await Harness.ready();
  const { token } = await house.person("farmer");
  const { citations } = await ask("How do I undo an import?");
  for (const { href, label: name } of citations) {
    const [path = "", anchor] = href.split("#");
    const answer = await house.call("GET", path, { token });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/markdown; charset=utf-8"]);
    const heading = name.split(": ").at(-1) ?? "";
    expect(await answer.text()).toMatch(new RegExp(`^#{1,4} ${heading.replace(/[^\w ]/g, ".")}$`, "m"));
    expect(anchor === undefined || /^[\p{L}\p{N}_-]+$/u.test(anchor)).toBe(true);
  }
  for (const page of ["../README", "how-to/../../users/main.ts", "/etc/passwd", "explanation/seams"]) {
    const answer = await house.call("GET", `/api/v1/chats/documentation?page=${encodeURIComponent(page)}`, { token });
    expect([answer.status, await codeOf(answer)]).toEqual([404, "not_found"]);
  }
});

test("pages are cut at their headings; a comment in code is none", () => {
  const sections = sectionsOf("p", "# Page\n\nIntro.\n\n## Two words!\n\nText.\n\n```\n# comment\n```\n\n## Empty\n");
  expect(sections.map(({ heading, anchor }) => [heading, anchor])).toEqual([
    ["Page", ""],
    ["Two words!", "two-words"],
  ]);
  expect(sections[1]?.text).toContain("# comment");
});

test("the search asks for nothing but words, however many and whatever they are", async () => {
  for (const question of [
    "",
    "?".repeat(300),
    "a".repeat(300),
    "import ".repeat(40),
    "\u202e 羊 🐑",
    "constructor __proto__",
  ])
    expect(Array.isArray(await library.find(question))).toBe(true);
});
