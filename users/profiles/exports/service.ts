import { type Clock, isoTime } from "../../platform/clock.ts";
import { randomText, uuid } from "../../platform/ids.ts";
import type { PersonalData } from "../../platform/personal-data.ts";
import { notFound, Problem } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { seal, unseal } from "../../platform/secrets/sealing.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { Format, StoredExport } from "./models.ts";
import type { ExportRepository } from "./repository.ts";

export type ExportParts = {
  repository: ExportRepository;
  data: readonly PersonalData[];
  keys: DataKeys;
  clock: Clock;
  log: Log;
};
const chunkBytes = 256 * 1024;
/** 500 MB: whoever holds more gets it by the exports of farms and chats. */
const mostChunks = 2_000;

/** Archives of all that is held on a person. They are sealed with the person's own key, and expire. */
export class Exports {
  private readonly owner = randomText(9);

  constructor(private readonly parts: ExportParts) {}

  async begin(uid: string, format: Format): Promise<StoredExport> {
    const begun = await this.parts.repository.begin(uid, uuid(this.parts.clock()), format);
    if (!begun) throw new Problem(409, "export_running", "An export is being made: wait until it is ready.");
    return begun;
  }

  async status(uid: string): Promise<StoredExport> {
    const found = await this.parts.repository.read(uid);
    if (!found) throw notFound("export");
    return found;
  }

  /** The archive, piece by piece. */
  async content(uid: string): Promise<{ found: StoredExport; pieces: AsyncGenerator<Uint8Array> }> {
    const found = await this.status(uid);
    if (found.state !== "ready")
      throw new Problem(409, "export_not_ready", "The export is not ready: look at its state.");
    return { found, pieces: this.pieces(uid, found) };
  }

  /** Makes every archive that waits. */
  async work(): Promise<void> {
    for (const uid of await this.parts.repository.waiting()) {
      if (!(await this.parts.repository.hold(uid, this.owner))) continue;
      const wanted = await this.parts.repository.read(uid);
      if (wanted?.state === "running") await this.make(uid, wanted);
    }
  }

  private async make(uid: string, { id, format }: StoredExport): Promise<void> {
    const { repository, log } = this.parts;
    try {
      await repository.clear(uid);
      const { chunks, bytes } = await this.write(uid, id, format);
      await repository.end(uid, id, { state: "ready", chunks, bytes });
    } catch (error) {
      log("warning", "export_failed", { user: uid, reason: reason(error) });
      const detail = error instanceof Problem ? error.detail : "A part of it could not be read: ask again later.";
      await repository.end(uid, id, { state: "failed", detail });
    }
  }

  private async write(uid: string, id: string, format: Format) {
    const { repository, data, keys, clock } = this.parts;
    const { documentsOf, jsonArchive, zipArchive, inChunks } = await import("./archives.ts");
    const archive = (format === "zip" ? zipArchive : jsonArchive)(documentsOf(uid, data), isoTime(clock()));
    const key = await keys.keyOf(uid);
    let [chunks, bytes] = [0, 0];
    for await (const piece of inChunks(archive, chunkBytes)) {
      if (chunks >= mostChunks) throw new Problem(409, "export_too_large", "It is larger than an export may be.");
      if (!(await repository.putChunk(uid, id, chunks, seal(key, piece, place(id, chunks))))) throw notFound("user");
      // another worker must not take it for left behind
      await repository.hold(uid, this.owner);
      chunks += 1;
      bytes += piece.length;
    }
    return { chunks, bytes };
  }

  private async *pieces(uid: string, { id, chunks }: StoredExport): AsyncGenerator<Uint8Array> {
    const key = await this.parts.keys.keyOf(uid);
    for (let n = 0; n < chunks; n++) {
      const sealed = await this.parts.repository.chunk(uid, id, n);
      // what is cut short must not look whole
      if (!sealed) throw new Error("a chunk of an export is missing");
      yield unseal(key, sealed, place(id, n));
    }
  }
}

const place = (id: string, n: number) => `export|${id}|${n}`;
