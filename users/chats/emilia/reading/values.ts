import { z } from "zod";
import { NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

export const value = z.object({
  animal_id: z.string(),
  run_id: z.string(),
  trait: z.string(),
  value: z.number(),
  accuracy: z.number().nullable(),
  reliability: z.number().nullable(),
  percentile: z.number().nullable(),
  inbreeding: z.number(),
});
export type Value = z.infer<typeof value>;

/** Values of the run that the flock of the animals goes by. */
export async function valuesOf({ api }: ToolContext, ids: readonly string[], trait?: string): Promise<Value[]> {
  const asked = { animal_ids: ids.slice(0, 1_000), trait: trait ?? null, across_runs: false };
  return (await api.query("/api/v1/genetics/breeding-values/query", asked, records.pageOf(value))).items;
}

export const worded = ({ trait, value: of, accuracy }: Value) =>
  `${trait} ${records.signed(of)}${accuracy === null ? "" : ` (accuracy ${records.percent(accuracy, 0)})`}`;

export const breedingValues = tool({
  name: "breeding_values",
  title: "Breeding values of an animal",
  description:
    "The published breeding values of one animal, each with unit, accuracy and its percentile within the run.",
  input: z.object({ animal: records.animalInput, trait: records.traitInput, farm: records.farmInput }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const animal = await records.animalOf(context, farm, input.animal);
    const values = await valuesOf(context, [animal.id], input.trait);
    if (values.length === 0) {
      const of = input.trait ? ` of ${input.trait}` : "";
      throw new NothingRecorded(
        `${records.nameOf(animal)} has no breeding value${of}: no published evaluation has it.`,
      );
    }
    const traits = await records.traitsOf(context);
    const lines = values.map((each) => line(each, traits.get(each.trait)));
    return {
      says: [`Breeding values of ${records.described(animal)}:`, ...lines].join("\n"),
      data: {
        animal: records.nameOf(animal),
        values: values.map((each) => ({ ...each, unit: traits.get(each.trait)?.unit })),
      },
      citations: [records.ofAnimal(animal), ...[...new Set(values.map(({ run_id }) => run_id))].map(records.ofRun)],
    };
  },
});

function line(of: Value, trait: records.Trait | undefined): string {
  const accuracy = of.accuracy === null ? "" : `, accuracy ${records.percent(of.accuracy, 0)}`;
  const rank = of.percentile === null ? "" : `, percentile ${records.said(of.percentile, 0)} of its run`;
  return `- ${of.trait}${trait ? ` (${trait.name})` : ""}: ${records.signed(of.value)} ${trait?.unit ?? ""}${accuracy}${rank}`;
}
