import { expect, test } from "bun:test";
import { type Called, flockApi } from "../../../testing/flock-api.ts";
import { TestClock } from "../../../testing/settings.ts";
import type { Part, Said } from "../../answering.ts";
import { PlatformApi } from "../platform-api.ts";
import { tools } from "../reading/all.ts";
import { BuiltInAnswerer, label } from "./answerer.ts";
import { tagsIn, understand } from "./intents.ts";

const clock = new TestClock();

async function ask(said: string | Said[], token = "of-hill", called: Called[] = []) {
  const messages = typeof said === "string" ? [{ role: "user" as const, content: said }] : said;
  const apiFor = (own: string) =>
    new PlatformApi({ urlOf: () => "http://platform", token: own, fetch: flockApi(called) });
  const answerer = new BuiltInAnswerer({ tools, clock: clock.now, apiFor });
  const parts: Part[] = [];
  const question = { messages, facts: [], token, language: "en" };
  for await (const part of answerer.answer(question, new AbortController().signal)) parts.push(part);
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, parts, types: [...new Set(parts.map(({ type }) => type))] };
}

const questions: [string, string, string][] = [
  [
    "How is my flock doing?",
    "flock_summary",
    "3 animals with a known drop were born here; 3 of them are alive on the farm (2026-11-30)",
  ],
  ["L300", "animal_card", "WWT 31.5 kg on 2025-11-20"],
  [
    "What is the breeding value of L300 for weaning weight?",
    "breeding_values",
    "WWT (weaning weight): +2.25 kg, accuracy 80 %",
  ],
  ["Who are the ancestors of L300?", "ancestors", "Its inbreeding is 25 %"],
  [
    "How inbred would lambs of ram R100 and ewe E200 be after mating?",
    "mating_inbreeding",
    "an expected inbreeding of 25 %",
  ],
  ["Season report 2025", "season_report", "weaning: 130 % (13 of 10)"],
  ["Top sires for WWT", "top_sires", "1. R100: +4.5 kg, accuracy 80 %, 2 progeny"],
  ["Why were animals culled?", "culls_by_reason", "marked 3 animals to be culled, by reason:\n- feet: 2\n- age: 1"],
  ["Culls by reason in 2026", "culls_by_reason", "marked 2 animals to be culled in 2026"],
  ["Growth by sire", "growth_by_sire", "R100: +1.25 kg against contemporaries, mean 31.5 kg (2 of 2 progeny measured)"],
  ["Which scrapie genotypes do we have?", "scrapie_genotypes", "ARR/ARR (R1): 3"],
  ["How do we compare with the breed?", "compare_with_breed", "no numbers of the breed"],
];

test.each(questions)("%s", async (question, tool, words) => {
  const { text, parts } = await ask(question);
  expect(text).toContain(words);
  expect(text).toEndWith(label);
  expect(parts.find((part) => part.type === "tool")).toMatchObject({ name: tool, ok: true });
  expect(parts.at(-1)).toEqual({ type: "usage", model: "built-in", inputTokens: 0, outputTokens: 0 });
});

test("what an answer was made of is cited, and drawn where people would rather look", async () => {
  const { parts } = await ask("Top sires");
  const [ram] = parts.filter((part) => part.type === "citation");
  expect(ram).toMatchObject({ kind: "animal", label: "R100", href: expect.stringContaining("/api/v1/farm/animals/") });
  expect((await ask("Growth by sire")).types).toContain("figure");
});

test("a tag that two animals wear is asked back, and the reply settles it", async () => {
  const first = await ask("breeding values of T400");
  expect(first.text).toContain("Which one do you mean?");
  expect(first.text).toContain("- T400, female, born 2024-08-04\n- T400, male, born 2024-08-05");
  const both: Said[] = [
    { role: "user", content: "breeding values of T400" },
    { role: "assistant", content: first.text },
    { role: "user", content: "the male" },
  ];
  expect((await ask(both)).text).toContain("Breeding values of T400, male, born 2024-08-05");
});

test("a season that is not named is asked back when there are several", async () => {
  const first = await ask("How was the season?");
  expect(first.text).toContain("Which season do you mean?");
  const reply: Said[] = [
    { role: "user", content: "How was the season?" },
    { role: "assistant", content: first.text },
    { role: "user", content: "2025" },
  ];
  expect((await ask(reply)).text).toContain("weaning: 130 %");
});

test("what is missing is asked for, what is not understood is said, and no tool runs", async () => {
  const called: Called[] = [];
  expect((await ask("Show me the pedigree", "of-hill", called)).text).toStartWith("Which animal do you mean?");
  expect((await ask("Will it rain?", "of-hill", called)).text).toStartWith("I cannot answer that.");
  expect(called).toEqual([]);
});

test("the token of another farm gets nothing of this one", async () => {
  for (const [question] of questions) {
    const { text, types } = await ask(question, "of-dale");
    expect(text).not.toMatch(/R100:|\+|%|Hill Farm/);
    expect(types).not.toContain("citation");
  }
  expect((await ask("How is my flock doing?", "of-nobody")).text).toStartWith("You are not a member of any farm");
});

test("questions in German, Spanish and French find their tools", () => {
  const tool = (question: string) => understand(question, clock.now)?.tool;
  expect(tool("Zuchtwerte von L300")).toBe("breeding_values");
  expect(tool("Die besten Böcke für WWT")).toBe("top_sires");
  expect(tool("Resumen del rebaño")).toBe("flock_summary");
  expect(tool("Généalogie de L300")).toBe("ancestors");
});

test("tags are words with a digit or in quotes; years and dates are none", () => {
  expect(tagsIn('Is 230276 or "Big Ben" from 2024, born 2024-08-01, older than AB-12?')).toEqual([
    "Big Ben",
    "230276",
    "AB-12",
  ]);
});
