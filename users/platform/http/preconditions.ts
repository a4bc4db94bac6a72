import { Problem } from "../problems.ts";

export const etag = (rev: number): string => `"${rev}"`;

/** The revision that a writer has seen. */
export function seenRevision(ifMatch: string | undefined): number {
  if (ifMatch === undefined)
    throw new Problem(428, "if_match_required", "Send If-Match with the ETag that you last read.");
  const found = /^"(\d{1,15})"$/.exec(ifMatch.trim());
  if (!found) throw stale();
  return Number(found[1]);
}

export const stale = () => new Problem(412, "stale", "It changed since you read it: read it again, then change it.");
