import type { Answerer, Part, Question } from "../chats/answering.ts";

/** Somebody who answers as a test says: part after part, each when the test lets it go. For tests only. */
export class ScriptedAnswerer implements Answerer {
  readonly questions: Question[] = [];
  /** How many answers were ended at their source. */
  aborted = 0;
  parts: Part[] = [text("Hello"), text(" there.")];
  /** Parts beyond this one wait. */
  allowed = Number.POSITIVE_INFINITY;
  /** Thrown after the parts. */
  fault: Error | undefined;

  async *answer(question: Question, signal: AbortSignal): AsyncIterable<Part> {
    this.questions.push(question);
    signal.addEventListener("abort", () => this.aborted++, { once: true });
    for (const [at, part] of this.parts.entries()) {
      while (at >= this.allowed && !signal.aborted) await Bun.sleep(2);
      if (signal.aborted) return;
      yield part;
    }
    if (this.fault) throw this.fault;
  }
}

export const text = (said: string): Part => ({ type: "text", text: said });
export const tokens = (n: number): Part[] => Array.from({ length: n }, (_, at) => text(`t${at} `));
