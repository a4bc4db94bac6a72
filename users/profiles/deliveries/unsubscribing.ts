import { mark, sameSecret } from "../../platform/hashes.ts";
import { stale } from "../../platform/http/preconditions.ts";
import { Problem } from "../../platform/problems.ts";
import type { Profiles } from "../service.ts";
import { type About, unsubscribePath } from "./models.ts";

type Link = { of: string; about: About; proof: string };
const tries = 8;

/** A link in a mail by which its reader wants no more of this kind, without signing in; it opens nothing else. */
export class Unsubscribing {
  constructor(
    private readonly profiles: Pick<Profiles, "read" | "change">,
    private readonly kek: Uint8Array,
    private readonly publicUrl: string,
  ) {}

  link(of: string, about: About): string {
    const url = new URL(unsubscribePath, this.publicUrl);
    url.search = String(new URLSearchParams({ of, about, proof: this.proofOf(of, about) }));
    return url.href;
  }

  /** What the person has changed meanwhile stays. */
  async end({ of, about, proof }: Link): Promise<void> {
    if (!sameSecret(proof, this.proofOf(of, about)))
      throw new Problem(403, "unknown_link", "This link is not whole: open it from the mail once more.");
    for (let n = 0; n < tries; n++) {
      const { rev, value } = await this.profiles.read(of, "notifications");
      if (!value[about].mail) return;
      try {
        await this.profiles.change(of, "notifications", { [about]: { ...value[about], mail: false } }, (now) => {
          if (now !== rev) throw stale();
        });
        return;
      } catch (error) {
        if (!(error instanceof Problem && error.code === "stale")) throw error;
      }
      await Bun.sleep(Math.random() * 20);
    }
    throw new Problem(409, "conflict", "These settings change all the time: try again in a moment.");
  }

  private proofOf = (of: string, about: About) => mark(this.kek, "unsubscribe", `${of}|${about}`);
}
