import { z } from "zod";
import { Problem } from "../platform/problems.ts";
import { type Log, reason } from "../platform/telemetry/logging.ts";

const member = z.object({ role: z.string() });
const problem = z.object({ code: z.string(), detail: z.string() });
const withinMs = 10_000;

/** Accepts an invitation at the farm service, as the person whose access token it is; answers the role. */
export const joiningAt =
  (farmUrl: string, log: Log) =>
  async (accessToken: string, token: string): Promise<string> => {
    const answered = await fetch(`${farmUrl}/api/v1/farm/invitations/accept`, {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
      body: JSON.stringify({ token }),
      signal: AbortSignal.timeout(withinMs),
      redirect: "error",
    }).catch((error: unknown) => {
      log("warning", "invitation_not_asked", { reason: reason(error) });
      throw new Problem(503, "not_available", "The farm service does not answer: try again in a moment.");
    });
    const said: unknown = await answered.json().catch(() => ({}));
    if (answered.ok) return member.parse(said).role;
    const { code, detail } = problem.catch({ code: "refused", detail: "This cannot be accepted." }).parse(said);
    throw new Problem(answered.status, code, detail);
  };
