import type { Attributes } from "../../platform/dynamo/table.ts";
import { type Precondition, stale } from "../../platform/http/preconditions.ts";
import type { Versioned } from "../repository.ts";
import type { Consents } from "./models.ts";
import type { ConsentRepository } from "./repository.ts";

export class PersonConsents {
  constructor(private readonly repository: ConsentRepository) {}

  read(uid: string): Promise<Versioned<Consents>> {
    return this.repository.read(uid);
  }

  async change(
    uid: string,
    patch: Partial<Consents>,
    precondition: Precondition,
    traceparent: string,
  ): Promise<Versioned<Consents>> {
    const now = await this.repository.read(uid);
    precondition(now.rev);
    const value = { ...now.value, ...patch };
    if (!(await this.repository.write(uid, value, now.rev, traceparent))) throw stale();
    return { rev: now.rev + 1, value };
  }

  page(limit: number, after: Attributes | undefined) {
    return this.repository.page(limit, after);
  }
}
