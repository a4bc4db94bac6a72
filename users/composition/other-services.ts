import { z } from "zod";
import type { Obstacle, PersonalData, PersonalDocument } from "../platform/personal-data.ts";
import { Problem } from "../platform/problems.ts";
import type { Settings } from "../platform/settings.ts";
import { type Log, reason } from "../platform/telemetry/logging.ts";

const names = ["farm", "genetics", "research", "processing"] as const;
const answer = z.object({
  documents: z.array(z.object({ name: z.string(), content: z.record(z.string(), z.unknown()) })),
  obstacles: z.array(z.object({ code: z.string(), detail: z.string(), fix: z.string() })),
});
const withinMs = 10_000;
type Asked = { method?: string; body?: string; headers?: Record<string, string> };

/** What the Python services hold on a person, asked of each of them; they erase it when they hear the event. */
export function otherServices(settings: Settings, log: Log): PersonalData[] {
  return names.map((name) => new OtherService(name, settings.serviceUrls[name], settings.serviceSecret, log));
}

class OtherService implements PersonalData {
  constructor(
    readonly name: string,
    private readonly url: string,
    private readonly secret: string | undefined,
    private readonly log: Log,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    yield* (await this.ask(uid)).documents;
  }

  async obstacles(uid: string): Promise<Obstacle[]> {
    return (await this.ask(uid)).obstacles;
  }

  async erase(): Promise<void> {}

  async forgetAddress(address: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const asked = { method: "POST", body: JSON.stringify({ address }), headers };
    await this.call("addresses/forget", asked, async () => undefined);
  }

  private ask(uid: string) {
    return this.call(`persons/${uid}`, {}, async (answered) => answer.parse(await answered.json()));
  }

  /** A service that does not answer may hold what nobody has looked at: nothing goes on without it. */
  private async call<T>(path: string, { headers, ...rest }: Asked, read: (answered: Response) => Promise<T>) {
    try {
      const answered = await fetch(`${this.url}/api/v1/${this.name}/internal/${path}`, {
        ...rest,
        headers: { ...headers, authorization: `Service ${this.secret}` },
        signal: AbortSignal.timeout(withinMs),
        redirect: "error",
      });
      if (!answered.ok) throw new Error(`it answered ${answered.status}`);
      return await read(answered);
    } catch (error) {
      this.log("warning", "person_not_looked_up", { service: this.name, reason: reason(error) });
      throw new Problem(503, "not_available", `The service ${this.name} does not answer: try again in a moment.`, {
        headers: { "retry-after": "10" },
      });
    }
  }
}
