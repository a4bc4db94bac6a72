import { z } from "zod";
import { ToolFailed } from "../platform-api.ts";
import { tool } from "./reader.ts";
import * as records from "./records.ts";

const kinship = z.object({ kinship: z.array(z.array(z.number())) });
/** Of half sibs' lambs; what more than this costs is common knowledge among breeders. */
const high = 0.125;

export const matingInbreeding = tool({
  name: "mating_inbreeding",
  title: "Inbreeding of a mating",
  description: "How inbred the lambs of a ram and a ewe would be: the kinship of the two by pedigree.",
  input: z.object({
    ram: records.animalInput.describe("Tag or number of the ram"),
    ewe: records.animalInput.describe("Tag or number of the ewe"),
    farm: records.farmInput,
  }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const ram = await records.animalOf(context, farm, input.ram, "ram");
    const ewe = await records.animalOf(context, farm, input.ewe, "ewe");
    if (ram.sex === "female" || ewe.sex === "male")
      throw new ToolFailed(
        "wrong_sex",
        `A ram and a ewe are needed: ${records.described(ram)}, as the ram, and ${records.described(ewe)}, as the ewe, are none.`,
      );
    const asked = { animal_ids: [ram.id], other_ids: [ewe.id] };
    const { kinship: found } = await context.api.query("/api/v1/genetics/kinship/query", asked, kinship);
    const inbreeding = found[0]?.[0];
    if (inbreeding === undefined) throw new ToolFailed("unexpected_answer", "The platform gave no kinship of the two.");
    const word = inbreeding >= high ? " That is as much as of half brother and sister, or more." : "";
    return {
      says: `Lambs of ram ${records.nameOf(ram)} and ewe ${records.nameOf(ewe)} would have an expected inbreeding of ${records.percent(inbreeding, 2)}, by the pedigree that is known.${word}`,
      data: { ram: records.nameOf(ram), ewe: records.nameOf(ewe), expected_inbreeding: inbreeding },
      citations: [records.ofAnimal(ram), records.ofAnimal(ewe)],
    };
  },
});
