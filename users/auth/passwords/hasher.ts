import { availableParallelism } from "node:os";
import { AtMost } from "../../platform/at-most.ts";
import { Problem } from "../../platform/problems.ts";

export type Cost = { memoryCost: number; timeCost: number };
const present: Cost = { memoryCost: 19_456, timeCost: 2 };

const busy = () => new Problem(503, "busy", "Too many logins at once; try again.", { headers: { "retry-after": "2" } });

/** Hashing runs off the main thread, so it must be bounded: a short queue, then 503. */
export class Hasher {
  private readonly bound: AtMost;
  private dummy: Promise<string> | undefined;

  constructor(
    most = 2 * availableParallelism(),
    mostWaiting = 200,
    private readonly cost = present,
  ) {
    this.bound = new AtMost(most, mostWaiting, busy);
  }

  hash(password: string): Promise<string> {
    return this.bound.run(() => Bun.password.hash(password.normalize("NFKC"), { algorithm: "argon2id", ...this.cost }));
  }

  /** Whether this hash costs what a new one would. */
  isPresent(stored: string): boolean {
    return stored.startsWith(`$argon2id$v=19$m=${this.cost.memoryCost},t=${this.cost.timeCost},p=1$`);
  }

  /** An unknown account, or one without a password, verifies against a dummy of the same cost, so that both answers take as long. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    this.dummy ??= this.hash(crypto.randomUUID());
    const against = stored || (await this.dummy);
    const matches = await this.bound.run(() => Bun.password.verify(password.normalize("NFKC"), against));
    return matches && Boolean(stored);
  }
}
