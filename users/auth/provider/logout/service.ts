import type { Clock } from "../../../platform/clock.ts";
import type { CloudEvent, Outcome } from "../../../platform/events/cloud-event.ts";
import { signLogoutToken } from "../../../platform/identity/logout-tokens.ts";
import type { SigningKeys } from "../../../platform/identity/signing-keys.ts";
import type { Outgoing } from "../../../platform/outgoing/outgoing.ts";
import { type Log, reason } from "../../../platform/telemetry/logging.ts";
import type { ProviderRepository } from "../repository.ts";
import { isSafe } from "../safe-address.ts";
import type { LogoutRepository, Waiting } from "./repository.ts";

export type LogoutParts = {
  repository: LogoutRepository;
  clients: Pick<ProviderRepository, "client">;
  keys: SigningKeys;
  issuer: string;
  clock: Clock;
  log: Log;
  outgoing: Outgoing;
};
const withinMs = 5_000;

/** Programs hear of it when a session ends in which they were allowed, by whatever it ended. */
export class BackchannelLogout {
  constructor(private readonly parts: LogoutParts) {}

  async onEnded({ data }: CloudEvent): Promise<Outcome> {
    await this.parts.repository.ended(String(data.session_id));
    return "handled";
  }

  /** Tells whom it is time to tell; one that does not answer is told again later, and delays nobody else. */
  async work(): Promise<void> {
    const due = await this.parts.repository.due();
    await Promise.all(due.map((each) => this.tell(each)));
  }

  private async tell(each: Waiting): Promise<void> {
    const { repository, clients, log } = this.parts;
    const { clientId, tries } = each;
    const uri = (await clients.client(clientId))?.backchannelLogoutUri;
    if (uri === undefined) return repository.done(each);
    try {
      await this.post(uri, each);
    } catch (error) {
      log("warning", "logout_waits", { client: clientId, tries: tries + 1, reason: reason(error) });
      return repository.putOff(each);
    }
    await repository.done(each);
    log("info", "logout_told", { client: clientId, session: each.sid });
  }

  private async post(uri: string, { clientId: audience, uid, sid }: Waiting): Promise<void> {
    if (!isSafe(uri)) throw new Error("the address is not one that may be called");
    const { keys, issuer, clock, outgoing } = this.parts;
    const token = await signLogoutToken(await keys.current(), { issuer, audience, uid, sid }, clock);
    const answer = await outgoing.fetch(uri, {
      method: "POST",
      body: new URLSearchParams({ logout_token: token }),
      signal: AbortSignal.timeout(withinMs),
    });
    await answer.body?.cancel();
    if (answer.status !== 200 && answer.status !== 204) throw new Error(`it answered ${answer.status}`);
  }
}
