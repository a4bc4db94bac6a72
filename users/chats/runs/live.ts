import type { Delta, Outcome, RunEvent, Usage } from "./models.ts";
import type { RunPlace } from "./repository.ts";

export type EndReason = "stopped" | "lost" | "interrupted" | "cut";

/** A run of this process: what it has said so far, and who waits for more. */
export class LiveRun {
  readonly deltas: Delta[] = [];
  readonly abort = new AbortController();
  why: EndReason | undefined;
  usage: Usage | null = null;
  outcome: Outcome | undefined;
  /** How many deltas are stored. */
  stored = 0;
  private wake: () => void = () => undefined;
  private changed = this.next();

  constructor(readonly place: RunPlace) {}

  say(delta: Delta): void {
    this.deltas.push(delta);
    this.tell();
  }

  /** Ends the work at its source; the first reason counts. */
  halt(why: EndReason): void {
    this.why ??= why;
    this.abort.abort();
  }

  finish(outcome: Outcome): void {
    this.outcome = outcome;
    this.tell();
  }

  /** What is counted of it, without anything that was said. */
  measured() {
    const tools = this.deltas.flatMap((d) => (typeof d !== "string" && d.type === "tool" ? [d.name] : []));
    const { inputTokens: tokensIn = 0, outputTokens: tokensOut = 0 } = this.outcome?.usage ?? {};
    return { status: this.outcome?.status ?? ("interrupted" as const), tools, tokensIn, tokensOut };
  }

  async *follow(after: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    const gone = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    for (let seq = after + 1; !signal.aborted; ) {
      const d = this.deltas[seq];
      if (d !== undefined) yield { seq: seq++, d };
      else if (this.outcome) return yield { done: this.outcome };
      else await Promise.race([this.changed, gone]);
    }
  }

  private tell(): void {
    this.wake();
    this.changed = this.next();
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
