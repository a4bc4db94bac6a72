import { z } from "zod";
import { type Clock, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { removeItems } from "../../platform/dynamo/partitions.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import { auditTrail } from "../../platform/events/audit.ts";
import type { PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import { type SessionRepository, sessionItem } from "../repository.ts";

const started = z.object({ event: z.literal("session.started"), sid: z.string() });

/** Sessions of a person, those that are over included: the audit knows every one that ever began. */
export class SessionData implements PersonalData {
  readonly name = "sessions";

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly sessions: SessionRepository,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    const content: object[] = [];
    for (const sid of await this.known(uid)) {
      const item = await this.table.get(keys.session(sid));
      if (!item) continue;
      const { device, authTime, seen, abs, amr, acr, revoked, why } = sessionItem.parse(item);
      const at = (seconds: number | undefined) => (seconds === undefined ? null : isoTime(seconds * 1000));
      const times = { started_at: at(authTime), last_used_at: at(seen), ends_at: at(abs), ended_at: at(revoked) };
      content.push({ device, ...times, ended_because: why ?? null, methods: amr, level: acr });
    }
    yield { name: "sessions", content };
  }

  async counts(uid: string): Promise<Record<string, number>> {
    const now = seconds(this.clock);
    return { sessions: (await this.sessions.slots(uid)).filter(({ exp }) => exp > now).length };
  }

  async erase(uid: string): Promise<void> {
    const known = await this.known(uid);
    for (const sid of known) await this.sessions.end(uid, sid, "erased");
    // the feed keeps telling that they ended, no longer whose they were
    for (const sid of known) {
      const item = await this.table.get(keys.session(sid));
      const ended = item && sessionItem.parse(item).revoked;
      if (ended !== undefined) await this.sessions.forgetWhose(sid, ended);
    }
    await removeItems(this.table, known.map(keys.session));
  }

  private async known(uid: string): Promise<string[]> {
    const found = new Set((await this.sessions.slots(uid)).map(({ sid }) => sid));
    for await (const entry of auditTrail(this.table, this.clock, uid)) {
      const { data } = started.safeParse(entry);
      if (data) found.add(data.sid);
    }
    return [...found];
  }
}
