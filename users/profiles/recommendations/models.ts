import { z } from "zod";
import type { Role } from "../../platform/identity/permissions.ts";
import type { Activity } from "../activity/models.ts";
import type { Section } from "../models.ts";

export const recommendation = z.object({
  kind: z.enum([
    "enrol_second_factor",
    "switch_notifications_on",
    "import_flock",
    "record_weights",
    "evaluate_again",
    "look_at_evaluation",
    "read_how_to",
  ]),
  title: z.string(),
  reason: z.string(),
  href: z.string(),
  farm_id: z.string().nullable(),
});
export type Recommendation = z.infer<typeof recommendation>;

/** What is known of a farm, to the day: when weights were last recorded, and an evaluation last published. */
export const farmNews = z.object({ weighed: z.string().optional(), published: z.string().optional() });
export type FarmNews = z.infer<typeof farmNews>;

/** All that a recommendation is computed from. */
export type Known = {
  roles: readonly string[];
  hasSecondFactor: boolean;
  notifications: Section<"notifications">;
  farms: readonly ({ farmId: string } & FarmNews)[];
  /** undefined while the person does not let it be kept */
  activity: readonly Activity[] | undefined;
  /** as 2026-03-01 */
  today: string;
};
export const howTo: Readonly<Record<Role, { title: string; href: string }>> = {
  farmer: { title: "Choose rams and matings", href: "docs/how-to/choose-rams-and-matings.md" },
  researcher: { title: "Evaluate with genotypes", href: "docs/how-to/evaluate-with-genotypes.md" },
  student: { title: "Judge an evaluation", href: "docs/how-to/judge-an-evaluation.md" },
  administrator: { title: "Connect a university", href: "docs/how-to/connect-a-university.md" },
};
