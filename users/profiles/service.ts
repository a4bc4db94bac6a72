import { stale } from "../platform/http/preconditions.ts";
import { type AnySection, type Section, type SectionName, sections } from "./models.ts";
import type { ProfileRepository, Versioned } from "./repository.ts";

export class Profiles {
  constructor(private readonly repository: ProfileRepository) {}

  read<N extends SectionName>(uid: string, name: N): Promise<Versioned<Section<N>>> {
    return this.repository.read(uid, name);
  }

  /** Changes the given fields if nothing else changed since `seen`. */
  async change(uid: string, name: SectionName, patch: object, seen: number): Promise<Versioned<AnySection>> {
    const now = await this.repository.read(uid, name);
    const value = sections[name].parse({ ...now.value, ...patch });
    if (now.rev !== seen || !(await this.repository.write(uid, name, value, seen))) throw stale();
    return { rev: seen + 1, value };
  }
}
