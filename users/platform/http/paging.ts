import { z } from "@hono/zod-openapi";
import type { Attributes } from "../dynamo/table.ts";
import { Problem } from "../problems.ts";
import { sealText, unsealText } from "../secrets/sealing.ts";
import { kinds } from "./words.ts";

/** A whole number of a query: digits and nothing else, for `Number` reads "", " 1" and "1e2" too. */
export const wholeText = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d+$/, kinds.whole.message)
    .transform(Number)
    .pipe(z.number().int().min(least).max(most));

export const pageQuery = z.object({
  limit: wholeText(1, 1000)
    .default(100)
    .openapi({ type: "integer", minimum: 1, maximum: 1000, default: 100, example: 50 }),
  cursor: z.string().max(2_000).optional().openapi({ description: "`next` of the page before" }),
});

const position = z.record(z.string(), z.union([z.string(), z.number()]));

/** Cursors are sealed for one list and one reader: they show no key of the table, and nobody can make one up. */
export class Cursors {
  constructor(private readonly key: Uint8Array) {}

  seal(next: Attributes | undefined, place: string): string | null {
    if (!next) return null;
    return Buffer.from(sealText(this.key, JSON.stringify(next), `cursor|${place}`)).toString("base64url");
  }

  open(cursor: string | undefined, place: string): Attributes | undefined {
    if (cursor === undefined) return undefined;
    try {
      const sealed = new Uint8Array(Buffer.from(cursor, "base64url"));
      return position.parse(JSON.parse(unsealText(this.key, sealed, `cursor|${place}`)));
    } catch {
      throw new Problem(422, "invalid", "The cursor is not one of this list; start again without it.");
    }
  }
}
