import { z } from "zod";

/** What a mail tells of, by the setting that ends it. */
export const abouts = ["evaluations", "conflicts", "sessions"] as const;
export type About = (typeof abouts)[number];
export const unsubscribePath = "/api/v1/profiles/unsubscribe";

export const unsubscribeLink = z.object({
  of: z.uuid(),
  about: z.enum(abouts),
  proof: z.string().min(1).max(100),
});
