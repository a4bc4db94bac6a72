import type { Clock } from "../../../platform/clock.ts";
import type { Answerer, Part, Question, Said } from "../../answering.ts";
import type { PlatformApi } from "../platform-api.ts";
import type { Option, Outcome, Tool } from "../reading/reader.ts";
import { type Understood, understand } from "./intents.ts";

type Parts = {
  tools: readonly Tool[];
  clock: Clock;
  apiFor: (token: string, signal: AbortSignal) => PlatformApi;
};
type Asked = { understood: Understood; said: string };

export const builtIn = "built-in";
export const label = "Answered by the built-in answerer: no language model is configured here.";

/** Answers a small set of questions by their words, and says that it is no model. */
export class BuiltInAnswerer implements Answerer {
  constructor(private readonly parts: Parts) {}

  async *answer(question: Question, signal: AbortSignal): AsyncIterable<Part> {
    const asked = askedOf(question.messages, this.parts.clock);
    if (!asked) yield* said(this.unable());
    else if (asked.understood.missing) yield* said(asked.understood.missing.question);
    else yield* this.told(asked, question, signal);
    signal.throwIfAborted();
    yield { type: "text", text: `\n\n${label}` };
    yield { type: "usage", model: builtIn, inputTokens: 0, outputTokens: 0 };
  }

  private async *told({ understood, said: text }: Asked, question: Question, signal: AbortSignal): AsyncIterable<Part> {
    const tool = this.parts.tools.find(({ name }) => name === understood.tool);
    if (!tool) throw new Error(`there is no tool ${understood.tool}`);
    const { farmId } = question;
    const context = { api: this.parts.apiFor(question.token, signal), farmId, now: this.parts.clock };
    const { input, outcome } = await settled(text, understood.input, (given) => tool.run(given, context));
    signal.throwIfAborted();
    yield { type: "tool", name: tool.name, input, ok: outcome.kind !== "failed" };
    if (outcome.kind === "failed") yield* said(outcome.message);
    else if (outcome.kind === "asks")
      yield* said([outcome.question, ...outcome.options.map(({ label }) => `- ${label}`)].join("\n"));
    else {
      yield* said(outcome.says);
      for (const citation of outcome.citations) yield { type: "citation", ...citation };
      if (outcome.figure) yield { type: "figure", spec: outcome.figure };
    }
  }

  private unable(): string {
    const known = this.parts.tools.map(({ title }) => `- ${title}`);
    return [
      "I cannot answer that. Without a language model I understand questions about:",
      ...known,
      "Name the animal by its tag, the season by its year, the trait by its code.",
    ].join("\n");
  }
}

function* said(text: string): Iterable<Part> {
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) yield { type: "text", text: at < lines.length - 1 ? `${line}\n` : line };
}

/** The question that the last message asks; a reply to what was asked back counts with the question before it. */
function askedOf(messages: readonly Said[], clock: Clock): Asked | undefined {
  const users = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  const last = users.at(-1) ?? "";
  const own = understand(last, clock);
  const before = wasAskedBack(messages) ? users.at(-2) : undefined;
  if (before === undefined || (own && own.tool !== "animal_card")) return own && { understood: own, said: last };
  const both = `${before} ${last}`;
  const understood = understand(both, clock);
  return understood && { understood, said: both };
}

const wasAskedBack = (messages: readonly Said[]) =>
  messages.findLast(({ role }) => role === "assistant")?.content.includes("do you mean?") ?? false;

/** Where a tool asks back what the user has said already, it is told. */
async function settled(text: string, first: Record<string, unknown>, run: (input: object) => Promise<Outcome>) {
  let input = first;
  for (let rounds = 0; ; rounds++) {
    const outcome = await run(input);
    const option = outcome.kind === "asks" && rounds < 4 ? meant(text.toLowerCase(), outcome.options) : undefined;
    if (outcome.kind !== "asks" || !option) return { input, outcome };
    input = { ...input, [outcome.field]: outcome.field === "year" ? Number(option.id) : option.id };
  }
}

/** The option that is named: by its whole label, its id, or a piece of the label that no other has. */
function meant(text: string, options: readonly Option[]): Option | undefined {
  const pieces = (of: Option) =>
    [of.label, of.id, ...of.label.split(/, | \(|\)/)]
      .map((piece) => piece.toLowerCase())
      .filter((piece) => piece.length > 2);
  const owners = new Map<string, Set<Option>>();
  for (const option of options)
    for (const piece of pieces(option)) owners.set(piece, (owners.get(piece) ?? new Set()).add(option));
  const own = [...owners]
    .filter(([piece, of]) => of.size === 1 && text.includes(piece))
    .toSorted(([a], [b]) => b.length - a.length);
  return own[0]?.[1].values().next().value;
}
