import { z } from "zod";
import { ToolFailed } from "../platform-api.ts";
import { bars, NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

const mark = z.object({
  animal_id: z.string().nullable(),
  occurred_on: z.string(),
  payload: z.object({ reason: z.string() }),
});

export const cullsByReason = tool({
  name: "culls_by_reason",
  title: "Culls by reason",
  description: "How many animals were marked to be culled, by the reason that was written down, in all or in one year.",
  input: z.object({
    year: z.number().int().min(1900).max(2200).optional().describe("Only marks of this calendar year"),
    farm: records.farmInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const marks = (await marksOf(context, farm)).filter(
      ({ occurred_on }) => !input.year || occurred_on.startsWith(`${input.year}-`),
    );
    const when = input.year ? ` in ${input.year}` : "";
    if (marks.length === 0) throw new NothingRecorded(`${farm.name} has marked no animal to be culled${when}.`);
    const counted = Map.groupBy(marks, ({ payload }) => payload.reason.trim().toLowerCase());
    const rows = [...counted]
      .map(([reason, all]) => ({ reason, animals: new Set(all.map(({ animal_id }) => animal_id)).size }))
      .toSorted((a, b) => b.animals - a.animals || a.reason.localeCompare(b.reason));
    const animals = new Set(marks.map(({ animal_id }) => animal_id)).size;
    return {
      says: [
        `${farm.name} has marked ${records.oneOf(animals, "animal")} to be culled${when}, by reason:`,
        ...rows.map((row) => `- ${row.reason}: ${row.animals}`),
      ].join("\n"),
      data: { farm: farm.name, year: input.year ?? null, animals, reasons: rows },
      citations: [
        records.ofFarm(farm),
        {
          kind: "events",
          id: "cull.marked",
          label: "Marks to cull",
          href: `/api/v1/farm/events?farm_id=${farm.id}&kind=cull.marked`,
        },
      ],
      figure: bars(`Animals marked to be culled${when}`, rows, ["reason", "Reason"], ["animals", "Animals"]),
    };
  },
});

async function marksOf({ api }: ToolContext, farm: records.Farm) {
  const found: z.infer<typeof mark>[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const query = { farm_id: farm.id, kind: "cull.marked", limit: 1_000, cursor };
    const { items, next } = await api.get("/api/v1/farm/events", records.pageOf(mark), query);
    found.push(...items);
    if (!next) return found;
    cursor = next;
  }
  throw new ToolFailed("too_large", "There are more than 20,000 marks to cull: read them by the export.");
}
