import type { Clock } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import { Problem } from "../../platform/problems.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { Answerer, Part } from "../answering.ts";
import type { Contexts } from "../context/service.ts";
import type { MessageStatus, StoredChat } from "../models.ts";
import type { Chats } from "../service.ts";
import type { LiveRun } from "./live.ts";
import type { Outcome } from "./models.ts";
import type { RunRepository } from "./repository.ts";
import type { Settling } from "./settling.ts";

export type RunRules = { flushMs: number; beatMs: number; mostMs: number; mostBytes: number };
const usual: RunRules = { flushMs: 250, beatMs: 1_000, mostMs: 600_000, mostBytes: 64 * 1024 };

export type RunParts = {
  repository: RunRepository;
  chats: Chats;
  settling: Settling;
  contexts: Contexts;
  answerer: Answerer;
  limits: RateLimits;
  limit: Limit;
  clock: Clock;
  log: Log;
  rules?: Partial<RunRules>;
  /** Told of each answer that was stored. */
  onEnd?: (live: LiveRun, facts: RunFacts) => void;
};
export type RunFacts = { ms: number; firstMs: number | undefined; roles: readonly string[] };
export type Asked = { uid: string; roles: readonly string[]; token: string; language: string };

/** Brings one answer from who answers into the table. */
export class Driver {
  private readonly repository: RunRepository;
  private readonly settling: Settling;
  private readonly contexts: Contexts;
  private readonly answerer: Answerer;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly rules: RunRules;

  constructor(private readonly parts: RunParts) {
    ({
      repository: this.repository,
      settling: this.settling,
      contexts: this.contexts,
      answerer: this.answerer,
      clock: this.clock,
      log: this.log,
    } = parts);
    this.rules = { ...usual, ...parts.rules };
  }

  async drive(live: LiveRun, chat: StoredChat, parent: string, asked: Asked): Promise<void> {
    const began = this.clock();
    const facts = { ms: 0, firstMs: undefined as number | undefined };
    let code: string | null = null;
    let isOver = false;
    const keeping = this.keep(live, () => isOver);
    try {
      const context = await this.contexts.of(chat, parent);
      const question = { ...context, token: asked.token, language: asked.language };
      await this.listen(live, this.answerer.answer(question, live.abort.signal), () => {
        facts.firstMs ??= this.clock() - began;
      });
    } catch (error) {
      if (!live.why) code = error instanceof Problem ? error.code : "answer_failed";
      if (code) this.log("warning", "answer_failed", { run: live.place.run, reason: reason(error) });
    }
    isOver = true;
    await keeping;
    facts.ms = this.clock() - began;
    await this.end(live, chat, parent, { code, ...facts });
    await this.after(live, { ...facts, roles: asked.roles });
  }

  /** Reads parts until the end, or until the run is halted, even if the source does not listen to that. */
  private async listen(live: LiveRun, parts: AsyncIterable<Part>, onFirst: () => void): Promise<void> {
    const source = parts[Symbol.asyncIterator]();
    const halted = new Promise<undefined>((resolve) =>
      live.abort.signal.addEventListener("abort", () => resolve(undefined), { once: true }),
    );
    const timer = setTimeout(() => live.halt("cut"), this.rules.mostMs);
    let bytes = 0;
    try {
      while (!live.abort.signal.aborted) {
        const next = await Promise.race([source.next(), halted]);
        if (next === undefined || next.done) break;
        const part = next.value;
        if (part.type === "usage") live.usage = added(live.usage, part);
        else {
          if (part.type === "text") bytes += Buffer.byteLength(part.text);
          if (bytes > this.rules.mostBytes) live.halt("cut");
          else if (part.type !== "text") live.say(part);
          else if (part.text) live.say(part.text);
          onFirst();
        }
      }
    } finally {
      clearTimeout(timer);
      if (live.abort.signal.aborted) void Promise.resolve(source.return?.()).catch(() => undefined);
    }
  }

  /** Stores what was said in batches, and shows between them that this process lives. */
  private async keep(live: LiveRun, isOver: () => boolean): Promise<void> {
    let told = Date.now();
    while (!isOver() && !live.abort.signal.aborted) {
      await Bun.sleep(this.rules.flushMs);
      if (isOver() || live.abort.signal.aborted) return;
      const isSilent = live.deltas.length === live.stored;
      if (isSilent && Date.now() - told < this.rules.beatMs) continue;
      try {
        const upTo = live.deltas.length;
        const kept = await this.repository.keep(live.place, await this.batch(live, upTo));
        told = Date.now();
        if (kept === "kept") live.stored = upTo;
        else live.halt(kept === "stop" ? "stopped" : "lost");
      } catch (error) {
        // the lease outlives a short outage of the store, and the end stores what is left
        this.log("warning", "run_not_kept", { run: live.place.run, reason: reason(error) });
      }
    }
  }

  private batch(live: LiveRun, upTo: number) {
    const { uid, cid, run } = live.place;
    return this.settling.batch(uid, cid, run, live.stored, live.deltas.slice(live.stored, upTo));
  }

  private async end(
    live: LiveRun,
    chat: StoredChat,
    parent: string,
    { code, ms, firstMs }: { code: string | null; ms: number; firstMs: number | undefined },
  ) {
    const { run } = live.place;
    const status = statusOf(live, code);
    const said = { run, parent, deltas: live.deltas, status, usage: live.usage, ms };
    const nothing: Outcome = { status, id: null, usage: live.usage, code };
    if (live.why === "lost") return live.finish({ ...nothing, code: "run_lost" });
    try {
      const [message, batch] = await Promise.all([
        this.settling.message(chat, said),
        this.batch(live, live.deltas.length),
      ]);
      const outcome = { ...nothing, id: message?.id ?? null };
      let ended = await this.repository.end(chat, run, { message, batch, outcome, ms, firstMs });
      let told = outcome;
      if (ended === "no_parent") {
        told = { ...nothing, status: "failed", code: "question_deleted" };
        ended = await this.repository.end(chat, run, { message: undefined, batch: undefined, outcome: told, ms });
      }
      live.finish(ended === "lost" ? { ...nothing, code: "run_lost" } : told);
    } catch (error) {
      // its lease runs out, and the next reader stores what the batches hold
      this.log("error", "run_not_ended", { run, reason: reason(error) });
      live.finish({ ...nothing, status: "failed", code: "store_unavailable" });
    }
  }

  private async after(live: LiveRun, facts: RunFacts): Promise<void> {
    const { uid, cid, run } = live.place;
    try {
      this.parts.onEnd?.(live, facts);
      if (live.outcome?.id) await this.contexts.roll(uid, cid, AbortSignal.timeout(60_000));
    } catch (error) {
      this.log("warning", "run_not_followed_up", { run, reason: reason(error) });
    }
  }
}

function statusOf(live: LiveRun, code: string | null): MessageStatus {
  if (code) return "failed";
  if (live.why === "lost") return "interrupted";
  return live.why ?? "complete";
}

type Told = Extract<Part, { type: "usage" }>;
const added = (before: LiveRun["usage"], { model, inputTokens, outputTokens }: Told) => ({
  model,
  inputTokens: (before?.inputTokens ?? 0) + inputTokens,
  outputTokens: (before?.outputTokens ?? 0) + outputTokens,
});
