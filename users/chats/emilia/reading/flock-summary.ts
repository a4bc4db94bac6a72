import { z } from "zod";
import { type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

const drops = z.object({ drop: z.number(), born: z.number(), here: z.number() });
const state = z.object({
  is_evaluated: z.boolean(),
  is_stale: z.boolean(),
  last_run_at: z.string().nullable(),
  published_run_id: z.string().nullable(),
  last_run_traits: z.array(z.string()).nullable(),
});

export const flockSummary = tool({
  name: "flock_summary",
  title: "Flock summary",
  description:
    "A farm's flocks, how many animals of each drop were born and are still here, and how fresh the breeding values are.",
  input: z.object({ farm: records.farmInput }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const flocks = await records.flocksOf(context, farm);
    const trend = await context.api.get(`/api/v1/farm/farms/${farm.id}/reports/flock-trend`, records.report);
    const rows = trend.rows.map((row) => drops.parse(row));
    const born = rows.reduce((sum, row) => sum + row.born, 0);
    const here = rows.reduce((sum, row) => sum + row.here, 0);
    const states = await Promise.all(flocks.slice(0, 20).map((flock) => stateOf(context, flock)));
    const listed = rows.map((row) => `${row.drop}: ${row.born} born here, ${row.here} still here`);
    const apart = Object.entries(trend.left_out).map(([why, count]) => `${count} ${why}`);
    const says = [
      `${farm.name} has ${records.oneOf(flocks.length, "flock")}. ${born} animals with a known drop were born here; ${here} of them are alive on the farm (${trend.made_at.slice(0, 10)}).`,
      ...(listed.length > 0 ? [`By drop: ${listed.join("; ")}.`] : []),
      ...(apart.length > 0 ? [`Not counted: ${apart.join("; ")}.`] : []),
      ...states.map(({ words }) => words),
    ].join("\n");
    return {
      says,
      data: {
        farm: farm.name,
        day: trend.made_at.slice(0, 10),
        born,
        here,
        drops: rows,
        flocks: states.map(({ data }) => data),
      },
      citations: [
        records.ofFarm(farm),
        ...flocks.map(records.ofFlock),
        records.ofReport(farm, "flock-trend", trend.title),
      ],
      figure: trend.rows.length > 0 ? headcount(rows) : undefined,
    };
  },
});

async function stateOf({ api }: ToolContext, flock: records.Flock) {
  const found = await api.get(`/api/v1/genetics/flocks/${flock.id}/state`, state);
  const name = `Flock ${flock.name} (${flock.code}${flock.breed_code ? `, breed ${flock.breed_code}` : ""})`;
  const when = found.last_run_at?.slice(0, 10);
  const traits = found.last_run_traits?.join(", ");
  const words = found.is_evaluated
    ? `${name}: last evaluated on ${when} (${traits})${found.is_stale ? "; records have changed since, so the values are behind them" : ""}.`
    : `${name}: not evaluated yet.`;
  return { words, data: { name: flock.name, code: flock.code, breed: flock.breed_code, ...found } };
}

const headcount = (rows: readonly z.infer<typeof drops>[]) => ({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  title: "Animals by drop",
  data: { values: rows },
  transform: [{ fold: ["born", "here"], as: ["what", "animals"] }],
  mark: "bar",
  encoding: {
    x: { field: "drop", type: "ordinal", title: "Drop" },
    xOffset: { field: "what" },
    y: { field: "animals", type: "quantitative", title: "Animals" },
    color: { field: "what", title: "" },
  },
});
