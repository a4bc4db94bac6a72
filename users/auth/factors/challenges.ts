import { randomText } from "../../platform/ids.ts";
import { Problem } from "../../platform/problems.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import { type Challenge, type ChallengeRepository, challengeSeconds } from "./challenge-repository.ts";
import type { SecondFactor, SecondFactors } from "./second-factors.ts";

export type Challenged = { challenge: string; seconds: number; offer: Awaited<ReturnType<SecondFactors["offer"]>> };
export type Answered = { user: StoredUser; amr: string[] };

const over = () => new Problem(401, "challenge_over", "This sign-in is over, or was tried too often: log in again.");

/** A sign-in that waits for its second factor. */
export class Challenges {
  constructor(
    private readonly parts: { repository: ChallengeRepository; users: UserRepository; factors: SecondFactors },
  ) {}

  async open(user: StoredUser, waiting: Omit<Challenge, "uid" | "epoch" | "exp">): Promise<Challenged> {
    const challenge = randomText(32);
    const { uid, epoch } = user;
    await this.parts.repository.keep(challenge, { uid, epoch, ...waiting });
    return { challenge, seconds: challengeSeconds, offer: await this.parts.factors.offer(user) };
  }

  async answer(challenge: string, given: SecondFactor): Promise<Answered> {
    const { repository, users, factors } = this.parts;
    const waiting = await repository.count(challenge);
    const user = waiting && (await users.byId(waiting.uid));
    if (!waiting || !user || user.disabled || user.epoch !== waiting.epoch) throw over();
    const amr = await factors.prove(user, given, waiting.counter);
    if (!(await repository.use(challenge))) throw over();
    return { user, amr: [...new Set([...waiting.amr, ...amr, "mfa"])] };
  }
}
