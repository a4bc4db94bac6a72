import { Zip, ZipDeflate } from "fflate";
import type { PersonalData, PersonalDocument } from "../../platform/personal-data.ts";

/** The two forms of an archive, made piece by piece so that the largest one fits into memory. */

const schemaVersion = 1;
type Pieces = AsyncGenerator<Uint8Array>;
type Folder = { folder: string } & PersonalDocument;

export async function* documentsOf(uid: string, data: readonly PersonalData[]): AsyncGenerator<Folder> {
  for (const part of data)
    for await (const { name, content } of part.export(uid)) yield { folder: part.name, name, content };
}

export async function* jsonArchive(documents: AsyncIterable<Folder>, exportedAt: string): Pieces {
  const head = JSON.stringify({ schema_version: schemaVersion, exported_at: exportedAt }).slice(0, -1);
  yield Buffer.from(`${head},"documents":[`);
  let comma = "";
  for await (const document of documents) {
    yield Buffer.from(`${comma}\n${JSON.stringify(document)}`);
    comma = ",";
  }
  yield Buffer.from("\n]}\n");
}

export async function* zipArchive(documents: AsyncIterable<Folder>, exportedAt: string): Pieces {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    made.push(piece);
  });
  const add = (path: string, content: object) => {
    const file = new ZipDeflate(path, { level: 6 });
    file.mtime = exportedAt;
    zip.add(file);
    file.push(Buffer.from(`${JSON.stringify(content, null, 2)}\n`), true);
  };
  add("manifest.json", { schema_version: schemaVersion, exported_at: exportedAt });
  for await (const { folder, name, content } of documents) {
    add(`${folder}/${name}.json`, content);
    yield* made.splice(0);
  }
  zip.end();
  yield* made.splice(0);
}

/** The same bytes in pieces of one size, the last one shorter. */
export async function* inChunks(pieces: Pieces, size: number): Pieces {
  let held = Buffer.alloc(0);
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    for (; held.length >= size; held = held.subarray(size)) yield held.subarray(0, size);
  }
  if (held.length > 0) yield held;
}
