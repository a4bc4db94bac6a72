import { z } from "zod";
import { ToolFailed } from "../platform-api.ts";
import { NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

const run = z.object({
  run_name: z.string(),
  run_date: z.string().nullable(),
  n_animals: z.number(),
  traits: z.array(z.string()),
});
const trend = z.object({
  drop: z.number(),
  valued: z.number(),
  mean: z.number(),
  slope: z.number().nullable(),
});

export const compareWithBreed = tool({
  name: "compare_with_breed",
  title: "Comparison with the breed",
  description:
    "Where a farm's drops stand in an evaluation of the breed that it has imported (such as Sheep Genetics), one trait at a time. Values made on the platform have the flock's own base and say nothing of the breed.",
  input: z.object({
    trait: records.traitInput,
    run: z.string().min(1).max(100).optional().describe("Name of the imported evaluation; the latest if left out"),
    farm: records.farmInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const chosen = await runOf(context, farm, input.run);
    const wanted = input.trait ?? chosen.traits[0] ?? "WWT";
    const query = { run: chosen.run_name, trait: wanted };
    const found = await context.api.get(`/api/v1/farm/farms/${farm.id}/reports/genetic-trend`, records.report, query);
    const rows = found.rows.map((row) => trend.parse(row));
    if (rows.length === 0)
      throw new NothingRecorded(
        `${chosen.run_name} has no values of ${wanted} for ${farm.name}. It has ${chosen.traits.join(", ")}.`,
      );
    const slope = rows[0]?.slope;
    return {
      says: [
        `${wanted} of ${farm.name} in ${chosen.run_name} (${chosen.run_date ?? "date not given"}), mean of each drop as a difference from the base of that evaluation, which is what the breed is measured from:`,
        ...rows.map((row) => `- drop ${row.drop}: ${records.signed(row.mean, 3)} (${row.valued} animals)`),
        ...(slope === null || slope === undefined ? [] : [`Trend: ${records.signed(slope, 4)} a year.`]),
        "The platform has no means or percentiles of the breed itself: look these up in the percentile table that the evaluation publishes for the same run.",
      ].join("\n"),
      data: {
        farm: farm.name,
        run: chosen.run_name,
        run_date: chosen.run_date,
        trait: wanted,
        drops: rows,
        breed_mean: null,
      },
      citations: [
        records.ofFarm(farm),
        {
          kind: "imported_run",
          id: chosen.run_name,
          label: chosen.run_name,
          href: `/api/v1/farm/imported-values?${new URLSearchParams({ farm_id: farm.id, run_name: chosen.run_name })}`,
        },
      ],
      figure: found.vega_lite,
    };
  },
});

async function runOf({ api }: ToolContext, farm: records.Farm, wanted: string | undefined) {
  const { items } = await api.get("/api/v1/farm/imported-runs", z.object({ items: z.array(run) }), {
    farm_id: farm.id,
  });
  if (items.length === 0)
    throw new NothingRecorded(
      `The platform has no numbers of the breed to compare ${farm.name} with. It takes them from an evaluation of the breed, such as Sheep Genetics, NSIP or Signet: import its values first. Breeding values that are made here have the flock's own base.`,
    );
  const named = wanted === undefined ? items : items.filter(({ run_name }) => run_name === wanted);
  const [latest] = named.toSorted((a, b) => (b.run_date ?? "").localeCompare(a.run_date ?? ""));
  if (!latest)
    throw new ToolFailed(
      "no_run",
      `There is no imported evaluation of that name. There are ${items.map(({ run_name }) => run_name).join(", ")}.`,
    );
  return latest;
}
