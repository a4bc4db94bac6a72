import { z } from "zod";
import { ToolFailed } from "../emilia/platform-api.ts";

const exchanged = z.object({ access_token: z.string(), expires_in: z.number() });
/** An access token is made anew so long before it ends. */
const earlyMs = 30_000;

/** The access token of who keeps a personal access token: exchanged at the platform, and again before it ends. */
export class OwnToken {
  private access: { token: string; endsAt: number } | undefined;

  constructor(private readonly parts: { url: string; given: string; now: () => number; fetch?: typeof fetch }) {}

  async current(): Promise<string> {
    const { given, now } = this.parts;
    if (!given.startsWith("bwp_")) return given;
    if (this.access && now() < this.access.endsAt - earlyMs) return this.access.token;
    const { access_token: token, expires_in } = await this.exchange();
    this.access = { token, endsAt: now() + expires_in * 1_000 };
    return token;
  }

  private async exchange() {
    const { url, given } = this.parts;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: given }),
      signal: AbortSignal.timeout(10_000),
      redirect: "error" as const,
    };
    const answer = await (this.parts.fetch ?? fetch)(new URL("/api/v1/auth/token", url).href, init).catch(
      () => undefined,
    );
    if (!answer) throw new ToolFailed("platform_unavailable", `Nothing answers at ${url}: is the platform up?`);
    if (!answer.ok)
      throw new ToolFailed("token_refused", "The platform does not take this token: it ended, or was taken back.");
    return exchanged.parse(await answer.json());
  }
}
