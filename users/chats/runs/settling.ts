import type { Clock } from "../../platform/clock.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import { newMessage } from "../messages/service.ts";
import { deltasPlace, type MessageStatus, type StoredChat, type StoredMessage } from "../models.ts";
import type { Delta, Usage } from "./models.ts";
import type { Batch, RunRepository } from "./repository.ts";

const mostPartsBytes = 128 * 1024;

/** What a run has said, between the table and the message that it becomes. */
export class Settling {
  constructor(
    private readonly repository: RunRepository,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
  ) {}

  /** A lease that has run out is that of a process that died: what it had stored becomes its answer, once. */
  readonly settle = async (chat: StoredChat): Promise<boolean> => {
    const { activeRun: run, runLease: lease, uid, cid } = chat;
    if (run === undefined || lease === undefined || lease > this.clock()) return false;
    const head = await this.repository.head(uid, run);
    const deltas = await this.deltas(uid, cid, run);
    const message = head && (await this.message(chat, { run, parent: head.parent, deltas, status: "interrupted" }));
    const outcome = { status: "interrupted" as const, usage: null, code: null };
    const ended = { ...outcome, id: message?.id ?? null };
    const done = await this.repository.end(chat, run, { message, batch: undefined, outcome: ended, lease });
    if (done === "no_parent")
      await this.repository.end(chat, run, {
        message: undefined,
        batch: undefined,
        outcome: { ...ended, id: null },
        lease,
      });
    return true;
  };

  async deltas(uid: string, cid: string, run: string): Promise<Delta[]> {
    const [batches, key] = await Promise.all([this.repository.batches(cid, run), this.keys.keyOf(uid)]);
    return batches.flatMap(({ first, deltas }) => {
      const text = unsealText(key, deltas, deltasPlace(cid, run, first));
      return JSON.parse(text) as Delta[];
    });
  }

  async batch(
    uid: string,
    cid: string,
    run: string,
    first: number,
    deltas: readonly Delta[],
  ): Promise<Batch | undefined> {
    if (deltas.length === 0) return undefined;
    const key = await this.keys.keyOf(uid);
    return { first, deltas: sealText(key, JSON.stringify(deltas), deltasPlace(cid, run, first)) };
  }

  /** The answer as a message; undefined when nothing was said. */
  async message(
    chat: StoredChat,
    said: {
      run: string;
      parent: string;
      deltas: readonly Delta[];
      status: MessageStatus;
      usage?: Usage | null;
      ms?: number;
    },
  ): Promise<StoredMessage | undefined> {
    const { run, parent, deltas, status, usage, ms } = said;
    if (deltas.length === 0) return undefined;
    const key = await this.keys.keyOf(chat.uid);
    const text = deltas.filter((delta) => typeof delta === "string").join("");
    const facts = { id: run, role: "assistant" as const, parent, created: this.clock(), status, ms };
    const used = usage ? { model: usage.model, tokensIn: usage.inputTokens, tokensOut: usage.outputTokens } : {};
    return newMessage(chat, key, { ...facts, ...used }, text, { parts: partsOf(deltas) });
  }
}

/** An item of the table has its limits: what is too large for it is named instead of kept. */
function partsOf(deltas: readonly Delta[]) {
  let left = mostPartsBytes;
  return deltas
    .filter((delta) => typeof delta !== "string")
    .map((part) => {
      left -= JSON.stringify(part).length;
      return left >= 0 ? part : { type: "left_out" as const, of: part.type, reason: "too_large" };
    });
}
