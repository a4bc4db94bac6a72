import { z } from "zod";
import { ToolFailed } from "../platform-api.ts";
import { bars, NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";
import { value } from "./values.ts";

const family = z.object({
  sire_id: z.string(),
  sire: z.string(),
  progeny: z.number(),
  measured: z.number(),
  mean: z.number(),
  deviation: z.number(),
});
type Family = z.infer<typeof family>;
const ranked = value.extend({ tag: z.string().nullable(), drop_year: z.number().nullable() });

const familiesOf = async ({ api }: ToolContext, farm: records.Farm, trait: string, drop?: number) => {
  const found = await api.get(`/api/v1/farm/farms/${farm.id}/reports/sire-families`, records.report, { trait, drop });
  return { ...found, families: found.rows.map((row) => family.parse(row)) };
};

export const topSires = tool({
  name: "top_sires",
  title: "Top sires",
  description:
    "The males of a flock with the highest breeding values of one trait, with accuracy and number of progeny. High is not better in every trait.",
  input: z.object({
    trait: records.traitInput,
    count: z.number().int().min(1).max(50).default(10).describe("How many"),
    with_progeny: z.boolean().default(true).describe("Only those with progeny; false: young rams too"),
    lowest: z.boolean().default(false).describe("The lowest values instead, as for fat or fibre diameter"),
    farm: records.farmInput,
    flock: records.flockInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const flock = await records.flockOf(context, farm, input.flock);
    const males = await malesOf(context, flock, input.trait, input.lowest);
    const [first] = males;
    if (!first)
      throw new NothingRecorded(
        `Flock ${flock.name} has no breeding values of males${input.trait ? ` for ${input.trait}` : ""}: evaluate it first.`,
      );
    const counted = await progenyOf(context, farm);
    const rows = males
      .map((each) => ({ ...each, progeny: counted.get(each.animal_id) ?? 0 }))
      .filter(({ progeny }) => !input.with_progeny || progeny > 0)
      .slice(0, input.count);
    const traits = await records.traitsOf(context);
    const unit = traits.get(first.trait)?.unit ?? "";
    const lines = rows.map(
      (each, at) =>
        `${at + 1}. ${records.nameOf({ tag: each.tag, id: each.animal_id })}: ${records.signed(each.value)} ${unit}${each.accuracy === null ? "" : `, accuracy ${records.percent(each.accuracy, 0)}`}, ${each.progeny} progeny`,
    );
    const which = `${input.with_progeny ? "sires" : "males"} of flock ${flock.name} by ${first.trait}${input.lowest ? ", the lowest first" : ""}`;
    const named = rows.map((each) => ({ ...each, sire: each.tag ?? each.animal_id }));
    return {
      says:
        rows.length > 0
          ? [`The top ${rows.length} ${which}:`, ...lines].join("\n")
          : `No male of flock ${flock.name} with a breeding value has progeny.`,
      data: { flock: flock.name, trait: first.trait, unit, sires: rows },
      citations: [
        ...rows.map(({ animal_id, tag }) => records.ofAnimal({ id: animal_id, tag })),
        records.ofRun(first.run_id),
      ],
      figure:
        rows.length > 1
          ? bars(`Breeding value of ${first.trait}`, named, ["sire", "Sire"], ["value", `${first.trait} (${unit})`])
          : undefined,
    };
  },
});

async function malesOf({ api }: ToolContext, flock: records.Flock, trait: string | undefined, isLowest: boolean) {
  const query = { flock_id: flock.id, trait, sex: "male", sort: isLowest ? "value" : "-value", limit: 1_000 };
  return (await api.get("/api/v1/genetics/breeding-values", records.pageOf(ranked), query)).items;
}

/** How many animals of the farm have each as their sire. */
async function progenyOf({ api }: ToolContext, farm: records.Farm): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  for (let pages = 0; pages < 40; pages++) {
    const query = { farm_id: farm.id, limit: 1_000, cursor };
    const { items, next } = await api.get(
      "/api/v1/farm/animals",
      records.pageOf(z.object({ sire_id: z.string().nullable() })),
      query,
    );
    for (const { sire_id } of items) if (sire_id) counts.set(sire_id, (counts.get(sire_id) ?? 0) + 1);
    if (!next) return counts;
    cursor = next;
  }
  throw new ToolFailed("too_large", "The farm has more than 40,000 animals: ask with_progeny=false.");
}

export const growthBySire = tool({
  name: "growth_by_sire",
  title: "Growth by sire",
  description:
    "What the progeny of each sire measured beside their contemporaries; a difference, no breeding value. Weaning weight unless another trait is named.",
  input: z.object({
    trait: records.traitInput,
    drop: z.number().int().min(1900).max(2200).optional().describe("Only animals born in this year"),
    farm: records.farmInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const trait = input.trait ?? "WWT";
    const [found, traits] = await Promise.all([
      familiesOf(context, farm, trait, input.drop),
      records.traitsOf(context),
    ]);
    const of = `${trait}${input.drop ? `, drop ${input.drop}` : ""}`;
    if (found.families.length === 0)
      throw new NothingRecorded(`${farm.name} has no records of ${of} of animals with a known sire.`);
    const unit = traits.get(trait)?.unit ?? "";
    const shown = found.families.slice(0, 15);
    const more =
      found.families.length > shown.length
        ? [`${found.families.length - shown.length} more sires are in the report.`]
        : [];
    const query = `?trait=${trait}${input.drop ? `&drop=${input.drop}` : ""}`;
    return {
      says: [
        `${of} by sire at ${farm.name}, the best against contemporaries first:`,
        ...shown.map((each) => line(each, unit)),
        ...more,
      ].join("\n"),
      data: { farm: farm.name, trait, unit, sires: shown, left_out: found.left_out },
      citations: [
        ...shown.map((each) => records.ofAnimal({ id: each.sire_id, tag: each.sire })),
        records.ofReport(farm, "sire-families", found.title, query),
      ],
      figure: found.vega_lite,
    };
  },
});

const line = (of: Family, unit: string) =>
  `- ${of.sire}: ${records.signed(of.deviation)} ${unit} against contemporaries, mean ${records.said(of.mean)} ${unit} (${of.measured} of ${of.progeny} progeny measured)`;
