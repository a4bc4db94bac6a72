import { type Precondition, stale } from "../platform/http/preconditions.ts";
import type { ActivityHistoryRepository } from "./activity/repository.ts";
import { type AnySection, type Section, type SectionName, sections } from "./models.ts";
import type { ProfileRepository, Versioned } from "./repository.ts";

export class Profiles {
  constructor(
    private readonly repository: ProfileRepository,
    private readonly history: Pick<ActivityHistoryRepository, "clear">,
  ) {}

  read<N extends SectionName>(uid: string, name: N): Promise<Versioned<Section<N>>> {
    return this.repository.read(uid, name);
  }

  /** Changes the given fields if the revision is one that the precondition lets pass. */
  async change(
    uid: string,
    name: SectionName,
    patch: object,
    precondition: Precondition,
  ): Promise<Versioned<AnySection>> {
    const now = await this.repository.read(uid, name);
    precondition(now.rev);
    const value = sections[name].parse({ ...now.value, ...patch });
    if (!(await this.repository.write(uid, name, value, now.rev))) throw stale();
    if ("keep_activity" in value && !value.keep_activity) await this.history.clear(uid);
    return { rev: now.rev + 1, value };
  }
}
