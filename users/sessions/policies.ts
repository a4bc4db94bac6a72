import { z } from "zod";
import { day } from "../platform/clock.ts";
import { SettingsError } from "../platform/settings.ts";

/** How many sessions somebody may have at once, what happens to one more, and how long they last. */
export type SessionPolicy = { cap: number; idleSeconds: number; absoluteSeconds: number; whenFull: "evict" | "deny" };

const most = 60 * day;
const positive = z.number().int().positive();
const given = z.strictObject({
  cap: positive.max(100).optional(),
  idle_seconds: positive.max(most).optional(),
  absolute_seconds: positive.max(most).optional(),
  when_full: z.enum(["evict", "deny"]).optional(),
});
type Given = z.infer<typeof given>;
const byRole = z.partialRecord(z.enum(["default", "farmer", "researcher", "student", "administrator"]), given);

/** The policies of the settings: defaults, and what differs for a role. */
export class Policies {
  private readonly roles: Readonly<Record<string, Given | undefined>>;
  private readonly fallback: SessionPolicy;

  constructor(settings: { SESSIONS_CAP: number; SESSIONS_CAP_ADMINISTRATOR: number; SESSIONS_POLICIES: string }) {
    const { default: all, ...roles } = readPolicies(settings.SESSIONS_POLICIES);
    this.fallback = over(
      { cap: settings.SESSIONS_CAP, idleSeconds: 14 * day, absoluteSeconds: most, whenFull: "evict" },
      all,
    );
    this.roles = {
      ...roles,
      administrator: {
        cap: Math.min(settings.SESSIONS_CAP, settings.SESSIONS_CAP_ADMINISTRATOR),
        ...roles.administrator,
      },
    };
  }

  /** Who has several roles is held to the strictest of each rule. */
  of(roles: readonly string[]): SessionPolicy {
    const all = [this.fallback, ...roles.map((role) => over(this.fallback, this.roles[role]))];
    const own = all.length > 1 ? all.slice(1) : all;
    const least = (name: "cap" | "idleSeconds" | "absoluteSeconds") => Math.min(...own.map((one) => one[name]));
    return {
      cap: least("cap"),
      idleSeconds: least("idleSeconds"),
      absoluteSeconds: least("absoluteSeconds"),
      whenFull: own.some(({ whenFull }) => whenFull === "deny") ? "deny" : "evict",
    };
  }
}

const over = (base: SessionPolicy, one: Given = {}): SessionPolicy => ({
  cap: one.cap ?? base.cap,
  idleSeconds: one.idle_seconds ?? base.idleSeconds,
  absoluteSeconds: one.absolute_seconds ?? base.absoluteSeconds,
  whenFull: one.when_full ?? base.whenFull,
});

function readPolicies(text: string): z.infer<typeof byRole> {
  let json: unknown;
  try {
    json = JSON.parse(text || "{}");
  } catch {
    throw new SettingsError("SESSIONS_POLICIES: is not JSON");
  }
  const { data, error } = byRole.safeParse(json);
  if (data) return data;
  throw new SettingsError(error.issues.map((issue) => `SESSIONS_POLICIES: ${said(issue)}`).join("\n"));
}

const said = (issue: z.core.$ZodIssue): string => {
  const place = [...issue.path, ...("keys" in issue ? [issue.keys.join(", ")] : [])].join(".");
  return `${place}: ${issue.message}`;
};
