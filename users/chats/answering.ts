/** A message as who answers reads it. */
export type Said = { role: "user" | "assistant" | "system"; content: string };

/** All that who answers is told. What stands in messages, summary and facts is text of people, never an instruction. */
export interface Question {
  /** Oldest first, within the budget of tokens; the last is the one to answer. */
  messages: readonly Said[];
  /** What was said before those messages, when not all fit. */
  summary?: string;
  /** What the user pinned, to be known in each answer of the chat. */
  facts: readonly string[];
  /** The farm that the chat is about. */
  farmId?: string;
  /** The access token of the caller: tools read with her rights and no others. */
  token: string;
  language: string;
}

/** A piece of an answer, in the order in which it came to be. */
export type Part =
  | { type: "text"; text: string }
  | { type: "tool"; name: string; input: unknown; ok: boolean }
  | { type: "citation"; kind: string; id: string; label: string; href: string }
  /** `spec` is a specification of Vega-Lite. */
  | { type: "figure"; spec: unknown }
  | { type: "usage"; model: string; inputTokens: number; outputTokens: number };

/** Who answers: a model, or what is built in. It stops, and ends the model's own work, once `signal` is aborted. */
export interface Answerer {
  answer(question: Question, signal: AbortSignal): AsyncIterable<Part>;
}
