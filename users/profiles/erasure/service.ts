import { type Clock, isoTime } from "../../platform/clock.ts";
import type { Attributes } from "../../platform/dynamo/table.ts";
import type { AccountAddress, AccountEnding } from "../../platform/identity/accounts.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import { randomText } from "../../platform/ids.ts";
import type { Obstacle, PersonalData } from "../../platform/personal-data.ts";
import { notFound, Problem } from "../../platform/problems.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { Receipt, StoredErasure } from "./models.ts";
import type { ErasureRepository } from "./repository.ts";

export type ErasureParts = {
  repository: ErasureRepository;
  data: readonly PersonalData[];
  /** of services that learn of an erasure by its event: they are asked what stands in its way, and told its address */
  elsewhere: readonly PersonalData[];
  account: AccountEnding & AccountAddress;
  sessions: Pick<SessionIssuer, "endAll">;
  clock: Clock;
  log: Log;
};
type Step = { name: string; run: (uid: string) => Promise<void>; isOnce?: boolean };

/** A request that had begun before the account was closed is over by then. */
const settleSeconds = 120;
const blockedSeconds = 300;
const failedSeconds = 10;

class Blocked extends Error {}

/** Erases accounts step by step. Each step may be done again, and how far it is stands in the store. */
export class Erasures {
  private readonly owner = randomText(9);
  private readonly steps: readonly Step[];

  constructor(private readonly parts: ErasureParts) {
    const { repository, data } = parts;
    this.steps = [
      { name: "ledger", run: (uid) => repository.enterLedger(uid) },
      { name: "address", run: (uid) => this.forgetAddress(uid) },
      ...data.map((part) => ({ name: part.name, run: (uid: string) => this.erasePart(part, uid) })),
      { name: "other services", run: (uid) => repository.tell(uid), isOnce: true },
      { name: "rest", run: (uid) => repository.removeRest(uid) },
      { name: "keys", run: (uid) => repository.removeKeys(uid) },
    ];
  }

  /** Closes the account; nothing of it is done when something stands in the way. */
  async begin(uid: string): Promise<Receipt & { receipt: string }> {
    const { repository, account, sessions, data, elsewhere, log } = this.parts;
    const found = await Promise.all([...data, ...elsewhere].map(async (part) => (await part.obstacles?.(uid)) ?? []));
    if (found.flat().length > 0) throw inTheWay(found.flat());
    const receipt = randomText(24);
    const closing = await account.closing(uid);
    const shown = closing && (await repository.begin(uid, receipt, closing));
    if (!shown) throw new Problem(409, "account_changed", "The account has just been changed or closed: look again.");
    log("info", "erasure_begun", { user: uid });
    await sessions.endAll(uid, "erased").catch((error) => this.tell(uid, "sessions", error));
    return { ...shown, receipt };
  }

  async status(receipt: string): Promise<Receipt> {
    const found = await this.parts.repository.receipt(receipt);
    if (!found) throw notFound("erasure");
    return found;
  }

  /** Who has been erased, or is on the way there. */
  page(limit: number, after: Attributes | undefined) {
    return this.parts.repository.page(limit, after);
  }

  /** Goes on with every erasure that may go on now. */
  async work(): Promise<void> {
    for (const { sk: uid } of await this.parts.repository.underWay()) {
      const held = await this.parts.repository.hold(uid, this.owner);
      if (held) await this.goOn(uid, held);
    }
  }

  /** Before a restored store takes traffic: whoever had been erased is erased again. */
  async replay(): Promise<number> {
    let again = 0;
    for await (const uid of this.parts.repository.ledger()) if (await this.parts.repository.beginAgain(uid)) again += 1;
    if (again > 0) await this.work();
    return again;
  }

  private async goOn(uid: string, { receipt, pass, step: from }: StoredErasure): Promise<void> {
    const { repository, clock } = this.parts;
    let name = "";
    try {
      for (const [at, step] of this.steps.entries()) {
        if (at < from) continue;
        name = step.name;
        await repository.show(receipt, { state: "running", step: name, detail: null });
        if (pass === 1 || !step.isOnce) await step.run(uid);
        if (!(await repository.setStep(uid, this.owner, at + 1))) return;
      }
      if (pass === 1) return await repository.setAside(uid, this.owner, { pass: 2, step: 0 }, settleSeconds);
      await repository.show(receipt, { state: "done", step: null, done_at: isoTime(clock()) });
      await repository.finish(uid, this.owner);
      this.parts.log("info", "erasure_done", { user: uid });
    } catch (error) {
      await this.setAside(uid, receipt, name, error);
    }
  }

  private async setAside(uid: string, receipt: string, step: string, error: unknown): Promise<void> {
    const { repository } = this.parts;
    this.tell(uid, step, error);
    const isBlocked = error instanceof Blocked;
    try {
      await repository.show(receipt, { state: "waiting", detail: isBlocked ? error.message : "It is tried again." });
      await repository.setAside(uid, this.owner, {}, isBlocked ? blockedSeconds : failedSeconds);
    } catch (second) {
      // the lease ends by itself
      this.tell(uid, step, second);
    }
  }

  private async erasePart(part: PersonalData, uid: string): Promise<void> {
    const [obstacle] = (await part.obstacles?.(uid)) ?? [];
    if (obstacle) throw new Blocked(obstacle.detail);
    await part.erase(uid);
  }

  /** While the account still says which one it is. */
  private async forgetAddress(uid: string): Promise<void> {
    const address = await this.parts.account.provedAddress(uid);
    if (address !== null) for (const part of this.parts.elsewhere) await part.forgetAddress?.(address);
  }

  private tell(uid: string, step: string, error: unknown): void {
    this.parts.log("warning", "erasure_waits", { user: uid, step, reason: reason(error) });
  }
}

function inTheWay(obstacles: readonly Obstacle[]): Problem {
  const errors = obstacles.map(({ code, detail, fix }) => ({ row: null, field: null, code, message: detail, fix }));
  return new Problem(409, "erasure_blocked", "Something stands in the way of the erasure; nothing was changed.", {
    errors,
  });
}
