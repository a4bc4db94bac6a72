import { timeOf, ulid } from "../../platform/ids.ts";
import { notFound, Problem } from "../../platform/problems.ts";
import { reason } from "../../platform/telemetry/logging.ts";
import { type Asked, Driver, type RunParts } from "./driver.ts";
import { LiveRun } from "./live.ts";
import type { RunEvent } from "./models.ts";
import type { RunPlace } from "./repository.ts";
import type { RunView } from "./schemas.ts";

export type Wanted = { id?: string | undefined; parent?: string | undefined };

const pollMs = 250;
/** How long the deltas of a run that has ended are told from memory. */
const keptMs = 60_000;

/** Answers belong to the server: who asked may go away, come back, here or at another process, and ask to stop. */
export class Runs {
  private readonly live = new Map<string, LiveRun>();
  private readonly driver: Driver;
  private readonly working = new Set<Promise<void>>();

  constructor(private readonly parts: RunParts) {
    this.driver = new Driver(parts);
  }

  /** Starts an answer; the same id again is the same run. */
  async start(asked: Asked, cid: string, wanted: Wanted): Promise<{ isNew: boolean; view: RunView }> {
    const { repository, chats, clock } = this.parts;
    const chat = await chats.own(asked.uid, cid);
    const parent = wanted.parent ?? chat.headId;
    if (parent === null)
      throw new Problem(422, "nothing_asked", "This chat has no message yet: append a question first.");
    // an answer sorts after its question, whatever the clock of the client says
    const run = wanted.id ?? ulid(Math.max(clock(), timeOf(parent) + 1));
    const view: RunView = { run, chat: cid, parent, status: "running" };
    if (chat.activeRun === run) return { isNew: false, view };
    await this.parts.limits.take(this.parts.limit, asked.uid);
    const outcome = await repository.start(chat, run, parent);
    if (outcome === "exists" && (await repository.head(asked.uid, run))?.cid === cid) return { isNew: false, view };
    if (outcome !== "started") throw refusalOf(outcome);
    const live = new LiveRun({ uid: asked.uid, cid, run });
    this.live.set(run, live);
    const work = this.driver.drive(live, { ...chat, activeRun: run }, parent, asked).finally(() => {
      this.working.delete(work);
      setTimeout(() => this.live.delete(run), keptMs).unref();
    });
    this.working.add(work);
    return { isNew: true, view };
  }

  /** The deltas after `after`, each once and without a gap, then the end. */
  async follow(
    uid: string,
    run: string,
    after: number,
    signal: AbortSignal,
    cid?: string,
  ): Promise<AsyncIterable<RunEvent>> {
    const live = this.live.get(run);
    if (live && live.place.uid === uid && (cid ?? live.place.cid) === live.place.cid) return live.follow(after, signal);
    const head = await this.parts.repository.head(uid, run);
    if (!head || (cid !== undefined && head.cid !== cid)) throw notFound("run");
    await this.parts.chats.own(uid, head.cid);
    return this.followStored({ uid, cid: head.cid, run }, after, signal);
  }

  /** Of a run at another process, or of one that has ended, from what it has stored. */
  private async *followStored(place: RunPlace, after: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    const { uid, cid, run } = place;
    let seq = after + 1;
    while (!signal.aborted) {
      // the end before the deltas: what it counts is stored when it is read
      const head = await this.parts.repository.head(uid, run);
      const deltas = await this.parts.settling.deltas(uid, cid, run);
      for (; seq < deltas.length; seq++) {
        const d = deltas[seq];
        if (d !== undefined) yield { seq, d };
      }
      if (head?.outcome) return yield { done: head.outcome };
      if (!head) return;
      await Bun.sleep(pollMs);
      // it may have died, or its chat may be gone
      await this.parts.chats.own(uid, cid);
    }
  }

  /** Stops the model itself, also when it works at another process. */
  async stop(uid: string, run: string, cid?: string): Promise<RunView> {
    const head = await this.parts.repository.head(uid, run);
    if (!head || (cid !== undefined && head.cid !== cid)) throw notFound("run");
    const { parent } = head;
    await this.parts.chats.own(uid, head.cid);
    const isAsked = await this.parts.repository.stop({ uid, cid: head.cid, run });
    const live = this.live.get(run);
    if (isAsked && live?.place.uid === uid) live.halt("stopped");
    const done = isAsked ? undefined : (await this.parts.repository.head(uid, run))?.outcome;
    return { run, chat: head.cid, parent, status: done?.status ?? "stopping" };
  }

  /** How many deltas of a run are stored. */
  async stored(uid: string, cid: string, run: string): Promise<number> {
    return (await this.parts.settling.deltas(uid, cid, run)).length;
  }

  /** Leaves every run as it is, as a process does that dies. */
  abandon(): void {
    for (const live of this.live.values()) live.halt("lost");
  }

  /** Before the process ends: what was said is stored, and nobody waits for a lease to run out. */
  async close(): Promise<void> {
    for (const live of this.live.values()) live.halt("interrupted");
    await Promise.all(this.working).catch((error) =>
      this.parts.log("warning", "run_not_ended", { reason: reason(error) }),
    );
  }
}

function refusalOf(outcome: "exists" | "busy" | "no_chat" | "no_parent" | "full"): Problem {
  if (outcome === "no_chat") return notFound("chat");
  if (outcome === "no_parent") return notFound("question");
  if (outcome === "busy")
    return new Problem(409, "run_active", "An answer is being given in this chat: stop it, or wait for its end.");
  if (outcome === "full")
    return new Problem(409, "quota_reached", "This chat has had all the messages that one may have: start another.");
  return new Problem(422, "run_id_reused", "Another run or message has this id: make a new ulid.");
}
