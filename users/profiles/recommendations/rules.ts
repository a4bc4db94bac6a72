import { roles } from "../../platform/roles.ts";
import { howTo, type Known, type Recommendation } from "./models.ts";

const weighAfterDays = 180;
const newForDays = 14;

/** What a person could do next, the most urgent first, each with what speaks for it. */
export const recommendationsFrom = (known: Known): Recommendation[] => [
  ...ofAccount(known),
  ...known.farms.flatMap((farm) => ofFarm(farm, known)),
  ...ofRoles(known),
];

function ofAccount({ hasSecondFactor, notifications, activity, farms, roles }: Known): Recommendation[] {
  const found: Recommendation[] = [];
  if (!hasSecondFactor)
    found.push({
      kind: "enrol_second_factor",
      title: "Add a second factor",
      reason: "Whoever learns your password could sign in as you.",
      href: "/api/v1/auth/mfa",
      farm_id: null,
    });
  const isDeaf = Object.values(notifications).every(
    (ways) => !ways || "from" in ways || !(ways.app || ways.mail || ways.push),
  );
  if (isDeaf)
    found.push({
      kind: "switch_notifications_on",
      title: "Switch notifications on",
      reason: "All of them are off, so nobody tells you of evaluations, conflicts and sign-ins.",
      href: "/api/v1/profiles/me/notification-settings",
      farm_id: null,
    });
  const hasImported = activity?.some(({ kind }) => kind === "import_completed") ?? true;
  if (roles.includes("farmer") && (farms.length === 0 || !hasImported))
    found.push({
      kind: "import_flock",
      title: "Import a flock",
      reason: farms.length === 0 ? "You are a member of no farm yet." : "You have imported no file so far.",
      href: "docs/how-to/import-a-flock.md",
      farm_id: null,
    });
  return found;
}

function ofFarm({ farmId, weighed, published }: Known["farms"][number], { roles, today }: Known): Recommendation[] {
  const found: Recommendation[] = [];
  const add = (kind: Recommendation["kind"], title: string, reason: string, page: string) =>
    found.push({ kind, title, reason, href: `docs/how-to/${page}.md`, farm_id: farmId });
  if (published && daysBetween(published, today) <= newForDays)
    add("look_at_evaluation", "Look at the evaluation", `It was published on ${published}.`, "judge-an-evaluation");
  if (!roles.includes("farmer")) return found;
  if (!weighed) add("record_weights", "Record weights", "No weights are known of this farm.", "import-a-flock");
  else if (daysBetween(weighed, today) > weighAfterDays)
    add("record_weights", "Record weights", `None were recorded since ${weighed}.`, "import-a-flock");
  if (weighed && (!published || weighed > published)) {
    const reason = published ? `Weights were recorded since ${published}.` : "Weights are there, and no evaluation.";
    add("evaluate_again", "Evaluate the flock", reason, "evaluate-day-by-day");
  }
  return found;
}

const ofRoles = (known: Known): Recommendation[] =>
  roles
    .filter((role) => known.roles.includes(role))
    .map((role) => ({ kind: "read_how_to", ...howTo[role], reason: `Your role is ${role}.`, farm_id: null }));

const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;
