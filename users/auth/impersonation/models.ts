import { z } from "zod";

/** An administrator who looks at the platform as a user does, for some minutes. */
export const impersonationItem = z.object({
  id: z.string(),
  uid: z.string(),
  actor: z.string(),
  reason: z.string(),
  epoch: z.number(),
  started: z.number(),
  exp: z.number(),
});
export type Impersonation = z.infer<typeof impersonationItem>;

const form = /^impersonation\.([\da-f-]{36})$/;

/** What its token carries in the place of a session. */
export const sidOf = (id: string): string => `impersonation.${id}`;
export const idIn = (sid: string): string | undefined => form.exec(sid)?.[1];
