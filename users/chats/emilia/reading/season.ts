import { z } from "zod";
import { AskBack, NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

const rate = z.object({
  name: z.string(),
  by: z.string().nullable(),
  numerator: z.number(),
  denominator: z.number(),
  value: z.number().nullable(),
  unit: z.string(),
  definition: z.string(),
});
const rates = z.object({ counts: z.record(z.string(), z.number()), rates: z.array(rate) });
const drops = z.object({ drop: z.number() });

export const seasonReport = tool({
  name: "season_report",
  title: "Season report",
  description:
    "The rates of a season from joining to weaning, each with its counts. A season is named by the year in which its lambs are born.",
  input: z.object({
    year: z.number().int().min(1900).max(2200).optional().describe("The year in which the lambs are born"),
    farm: records.farmInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const year = input.year ?? (await onlySeason(context, farm));
    const [season, chart] = await Promise.all([
      context.api.get(`/api/v1/farm/farms/${farm.id}/seasons/${year}/rates`, rates),
      context.api.get(`/api/v1/farm/farms/${farm.id}/reports/season-rates`, records.report, { year }),
    ]);
    const whole = season.rates.filter(({ by, value }) => by === null && value !== null);
    if (whole.length === 0)
      throw new NothingRecorded(
        `${farm.name} has recorded nothing of the season of ${year} from which a rate can be made.`,
      );
    const lines = whole.map(
      (each) =>
        `- ${each.name.replaceAll("_", " ")}: ${inUnit(each.value ?? 0, each.unit)} (${each.numerator} of ${each.denominator})`,
    );
    return {
      says: [`Season of ${year} at ${farm.name}:`, ...lines].join("\n"),
      data: { farm: farm.name, year, counts: season.counts, rates: whole },
      citations: [
        records.ofFarm(farm),
        records.ofReport(farm, "season-rates", `${chart.title}, ${year}`, `?year=${year}`),
      ],
      figure: chart.vega_lite,
    };
  },
});

const inUnit = (value: number, unit: string) => `${records.said(value, 2)} ${unit}`;

/** The season that is meant when none is named: only where there is no other. */
async function onlySeason({ api }: ToolContext, farm: records.Farm): Promise<number> {
  const trend = await api.get(`/api/v1/farm/farms/${farm.id}/reports/flock-trend`, records.report);
  const years = trend.rows.map((row) => drops.parse(row).drop);
  const [only] = years;
  if (years.length === 1 && only !== undefined) return only;
  const options = years
    .toReversed()
    .slice(0, 8)
    .map((year) => ({ id: String(year), label: `Season of ${year}` }));
  throw new AskBack("year", "Which season do you mean? Name the year in which its lambs were born.", options);
}
