import { availableParallelism } from "node:os";
import { Problem } from "../../platform/problems.ts";

export type Cost = { memoryCost: number; timeCost: number };
const present: Cost = { memoryCost: 19_456, timeCost: 2 };

/** Hashing runs off the main thread, so it must be bounded: a short queue, then 503. */
export class Hasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy: Promise<string> | undefined;

  constructor(
    private readonly most = 2 * availableParallelism(),
    private readonly mostWaiting = 200,
    private readonly cost = present,
  ) {}

  hash(password: string): Promise<string> {
    return this.bounded(() => Bun.password.hash(password.normalize("NFKC"), { algorithm: "argon2id", ...this.cost }));
  }

  /** Whether this hash costs what a new one would. */
  isPresent(stored: string): boolean {
    return stored.startsWith(`$argon2id$v=19$m=${this.cost.memoryCost},t=${this.cost.timeCost},p=1$`);
  }

  /** An unknown account, or one without a password, verifies against a dummy of the same cost, so that both answers take as long. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    this.dummy ??= this.hash(crypto.randomUUID());
    const against = stored || (await this.dummy);
    const matches = await this.bounded(() => Bun.password.verify(password.normalize("NFKC"), against));
    return matches && Boolean(stored);
  }

  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) {
      if (this.waiting.length >= this.mostWaiting)
        throw new Problem(503, "busy", "Too many logins at once; try again.", { headers: { "retry-after": "2" } });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      // the place passes to the next in line, so `running` changes only when nobody waits
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
