import { z } from "zod";
import { bars, NothingRecorded, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";

const prion = "PRNP";
const summary = z.object({
  items: z.array(
    z.object({
      gene: z.string(),
      animals: z.number(),
      alleles: z.array(z.object({ allele: z.string(), frequency: z.number() })),
      genotypes: z.array(z.object({ genotype: z.string(), animals: z.number(), meaning: z.string() })),
    }),
  ),
});
const result = z.object({
  animal_id: z.string(),
  genotype: z.string(),
  meaning: z.string(),
  laboratory: z.string().nullable(),
  tested_on: z.string().nullable(),
});

export const scrapieGenotypes = tool({
  name: "scrapie_genotypes",
  title: "Scrapie genotypes",
  description:
    "Genotypes of the prion gene (PRNP) with their risk groups: of one animal, or how many of the farm's tested animals have each.",
  input: z.object({ animal: records.animalInput.optional(), farm: records.farmInput }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    return input.animal ? ofOne(context, farm, input.animal) : ofAll(context, farm);
  },
});

async function ofOne(context: ToolContext, farm: records.Farm, wanted: string) {
  const animal = await records.animalOf(context, farm, wanted);
  const query = { farm_id: farm.id, gene: prion, animal_id: animal.id };
  const { items } = await context.api.get("/api/v1/genetics/gene-results", records.pageOf(result), query);
  const name = records.nameOf(animal);
  const lines = items.map(
    (each) =>
      `${name}: ${each.genotype}, ${each.meaning}${each.laboratory ? `, by ${each.laboratory}` : ""}${each.tested_on ? ` on ${each.tested_on}` : ""}.`,
  );
  return {
    says: lines.length > 0 ? lines.join("\n") : `${name} has no result for scrapie (${prion}).`,
    data: { animal: name, results: items },
    citations: [records.ofAnimal(animal), ofResults(farm, `&animal_id=${animal.id}`)],
  };
}

async function ofAll({ api }: ToolContext, farm: records.Farm) {
  const { items } = await api.get("/api/v1/genetics/gene-results/summary", summary, { farm_id: farm.id });
  const found = items.find(({ gene }) => gene === prion);
  if (!found || found.animals === 0) throw new NothingRecorded(`${farm.name} has no results for scrapie (${prion}).`);
  const rows = found.genotypes.toSorted((a, b) => b.animals - a.animals);
  const alleles = found.alleles.map(({ allele, frequency }) => `${allele} ${records.percent(frequency)}`);
  return {
    says: [
      `${records.oneOf(found.animals, "animal")} of ${farm.name} tested for scrapie (${prion}):`,
      ...rows.map((row) => `- ${row.genotype} (${row.meaning}): ${row.animals}`),
      `Alleles: ${alleles.join(", ")}.`,
    ].join("\n"),
    data: { farm: farm.name, ...found },
    citations: [records.ofFarm(farm), ofResults(farm)],
    figure: bars("Scrapie genotypes", rows, ["genotype", "Genotype"], ["animals", "Animals"]),
  };
}

const ofResults = (farm: records.Farm, more = "") => ({
  kind: "gene_results",
  id: prion,
  label: `Results of ${prion}`,
  href: `/api/v1/genetics/gene-results?farm_id=${farm.id}&gene=${prion}${more}`,
});
