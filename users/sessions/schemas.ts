import { z } from "@hono/zod-openapi";

export const sessionView = z
  .object({
    id: z.string(),
    device: z.string(),
    is_current: z.boolean(),
    started_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    refreshes: z.number().int(),
    methods: z.array(z.string()),
    country: z.string().nullable().openapi({ description: "ISO 3166; null where no source of places is set up" }),
    flags: z.array(z.enum(["new_device", "impossible_travel"])),
  })
  .openapi("Session", {
    example: {
      id: "q0Zc2oYpT1iV7b3mJwKxNn2R",
      device: "Firefox on Linux",
      is_current: true,
      started_at: "2026-03-01T07:30:00.000Z",
      last_seen_at: "2026-03-02T06:10:00.000Z",
      expires_at: "2026-03-16T06:10:00.000Z",
      refreshes: 12,
      methods: ["pwd"],
      country: "GB",
      flags: [],
    },
  });
export type SessionView = z.infer<typeof sessionView>;

export const sessionList = z.object({ items: z.array(sessionView), next: z.null() }).openapi("SessionList");
const sid = z
  .string()
  .regex(/^[\w-]{10,64}$/)
  .openapi({ example: "q0Zc2oYpT1iV7b3mJwKxNn2R" });
export const sessionPath = z.object({ sid });
const uid = z.guid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" });
export const userPath = z.object({ uid });
export const sessionOfUserPath = z.object({ uid, sid });
export const endedView = z.object({ ended: z.number().int() }).openapi("EndedSessions", { example: { ended: 3 } });
export const metricsView = z
  .object({ since: z.iso.datetime(), events: z.record(z.string(), z.number()) })
  .openapi("SessionMetrics", {
    example: { since: "2026-03-01T00:00:00.000Z", events: { started: 12, refreshed: 140 } },
  });
