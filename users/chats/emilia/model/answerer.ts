import type { LanguageModel, TextStreamPart, ToolSet } from "ai";
import type { Clock } from "../../../platform/clock.ts";
import { Problem } from "../../../platform/problems.ts";
import type { ModelSettings } from "../../../platform/settings.ts";
import { type Log, reason } from "../../../platform/telemetry/logging.ts";
import type { Answerer, Part, Question } from "../../answering.ts";
import type { PlatformApi } from "../platform-api.ts";
import type { Outcome, Tool } from "../reading/reader.ts";
import { conversation, fenced, instructionsFor } from "./instructions.ts";

type Parts = {
  tools: readonly Tool[];
  clock: Clock;
  log: Log;
  apiFor: (token: string, signal: AbortSignal) => PlatformApi;
  settings: ModelSettings;
  model: () => Promise<LanguageModel>;
};

const mostToolCalls = 16;
const mostCharactersOfATool = 16_000;

/** A language model answers, with tools that read the platform by the caller's own token. */
export class ModelAnswerer implements Answerer {
  constructor(private readonly parts: Parts) {}

  async *answer(question: Question, signal: AbortSignal): AsyncIterable<Part> {
    const { name } = this.parts.settings;
    const told = new Told();
    try {
      for await (const part of await this.stream(question, signal)) yield* told.of(part);
    } catch (error) {
      // asked not to call tools in its last step, it did
      const isStubborn = error instanceof Error && error.name === "AI_ToolChoiceViolationError";
      if (!signal.aborted && !isStubborn) throw this.unanswered(error);
    }
    if (!told.hasText && !signal.aborted) yield { type: "text", text: told.without() };
    else if (told.ending) yield { type: "text", text: told.ending };
    yield { type: "usage", model: name, ...told.usage };
  }

  private async stream(question: Question, signal: AbortSignal): Promise<AsyncIterable<TextStreamPart<ToolSet>>> {
    const { settings, model } = this.parts;
    const { streamText, isStepCount } = await import("ai");
    // it would print them, and log lines are JSON
    Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
    const { steps, tokens, seconds } = settings;
    const ms = seconds * 1_000;
    const { stream } = streamText({
      model: await model(),
      instructions: instructionsFor(question),
      messages: conversation(question),
      tools: await this.toolsFor(question, signal),
      stopWhen: isStepCount(steps),
      // the last step must not ask, but answer with what is there
      prepareStep: ({ stepNumber }) => (stepNumber >= steps - 1 ? { toolChoice: "none" } : {}),
      maxOutputTokens: tokens,
      maxRetries: 1,
      abortSignal: signal,
      timeout: { totalMs: ms, firstChunkMs: ms / 2, chunkMs: ms / 4 },
      // by default the library prints errors, with the messages in them
      onError: () => undefined,
    });
    return stream;
  }

  private async toolsFor({ token, farmId }: Question, signal: AbortSignal): Promise<ToolSet> {
    const { tool } = await import("ai");
    const context = { api: this.parts.apiFor(token, signal), farmId, now: this.parts.clock };
    let calls = 0;
    const made = this.parts.tools.map((each) => {
      const execute = async (input: unknown): Promise<Outcome> => {
        calls += 1;
        const message = `At most ${mostToolCalls} tools are called for one answer: answer with what you have.`;
        return calls > mostToolCalls ? { kind: "failed", code: "limit_reached", message } : each.run(input, context);
      };
      const toModelOutput = ({ output }: { output: Outcome }) => ({ type: "text" as const, value: forModel(output) });
      return [each.name, tool({ description: each.description, inputSchema: each.input, execute, toModelOutput })];
    });
    return Object.fromEntries(made);
  }

  private unanswered(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const { log, settings } = this.parts;
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
    // the message of such an error may hold the question, or the key
    log("warning", "model_failed", {
      model: settings.name,
      error: error instanceof Error ? error.name : reason(error),
      status,
    });
    return isLate
      ? new Problem(503, "model_too_slow", `The language model did not answer within ${settings.seconds} s. Try again.`)
      : new Problem(
          503,
          "model_unavailable",
          "The language model cannot be reached or answers with errors. Try again later.",
        );
  }
}

/** What the model reads of a tool: its words and data, marked as data. */
function forModel(outcome: Outcome): string {
  if (outcome.kind === "asks")
    return fenced("records", JSON.stringify({ ask_the_user: outcome.question, options: outcome.options }));
  if (outcome.kind === "failed") return fenced("records", JSON.stringify({ failed: outcome.message }));
  const data = JSON.stringify({ says: outcome.says, data: outcome.data });
  if (data.length <= mostCharactersOfATool) return fenced("records", data);
  return fenced(
    "records",
    JSON.stringify({ says: outcome.says.slice(0, mostCharactersOfATool), data: "left out: too long" }),
  );
}

/** The parts of an answer as they come out of the stream; each record is cited once. */
class Told {
  hasText = false;
  usage = { inputTokens: 0, outputTokens: 0 };
  ending: string | undefined;
  private finish = "";
  private readonly cited = new Set<string>();

  *of(part: TextStreamPart<ToolSet>): Iterable<Part> {
    if (part.type === "text-delta" && part.text !== "") {
      this.hasText = true;
      yield { type: "text", text: part.text };
    } else if (part.type === "tool-result") yield* this.ofTool(part.toolName, part.input, part.output as Outcome);
    else if (part.type === "tool-error") yield { type: "tool", name: part.toolName, input: part.input, ok: false };
    else if (part.type === "finish-step") {
      this.usage.inputTokens += part.usage.inputTokens ?? 0;
      this.usage.outputTokens += part.usage.outputTokens ?? 0;
      this.finish = part.finishReason;
      if (part.finishReason === "length")
        this.ending = "\n\n(The answer ends here: it reached the limit of its length.)";
    } else if (part.type === "error") throw part.error;
    else if (part.type === "abort") throw new DOMException("stopped", "TimeoutError");
  }

  private *ofTool(name: string, input: unknown, outcome: Outcome): Iterable<Part> {
    yield { type: "tool", name, input, ok: outcome.kind !== "failed" };
    if (outcome.kind !== "found") return;
    for (const citation of outcome.citations) {
      const key = `${citation.kind} ${citation.id}`;
      if (!this.cited.has(key)) yield { type: "citation", ...citation };
      this.cited.add(key);
    }
    if (outcome.figure) yield { type: "figure", spec: outcome.figure };
  }

  /** An answer is never silently empty. */
  without(): string {
    if (this.finish === "content-filter") return "The language model declined to answer this.";
    if (this.finish === "tool-calls")
      return "The language model looked things up and came to no answer. Ask for less at once.";
    return "The language model gave no answer. Try again, or ask in other words.";
  }
}
