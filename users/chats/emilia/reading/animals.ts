import { z } from "zod";
import { type Citation, type ToolContext, tool } from "./reader.ts";
import * as records from "./records.ts";
import { type Value, valuesOf, worded } from "./values.ts";

const event = z.object({
  id: z.string(),
  kind: z.string(),
  occurred_on: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
const measurement = z.object({
  id: z.string(),
  trait: z.string(),
  value: z.number(),
  unit: z.string(),
  occurred_on: z.string(),
});
const ancestor = z.object({
  id: z.string(),
  tag: z.string().nullable(),
  sex: z.string(),
  birth_date: z.string().nullable(),
  generation: z.number(),
  sire_id: z.string().nullable(),
  dam_id: z.string().nullable(),
});
type Ancestor = z.infer<typeof ancestor>;

const inputs = { animal: records.animalInput, farm: records.farmInput };

export const findAnimal = tool({
  name: "find_animal",
  title: "Find an animal",
  description: "Finds the animal with a tag, EID, registration number or name. Several that fit are asked back.",
  input: z.object(inputs),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const animal = await records.animalOf(context, farm, input.animal);
    const fate = animal.fate === "alive" ? "alive" : `${animal.fate}${animal.fate_on ? ` on ${animal.fate_on}` : ""}`;
    return {
      says: `${records.described(animal)}; ${fate}.`,
      data: { farm: farm.name, animal },
      citations: [records.ofAnimal(animal)],
    };
  },
});

export const animalCard = tool({
  name: "animal_card",
  title: "Animal card",
  description:
    "One animal: identity, parents, latest measurements, breeding values and what last happened to it, its notes included.",
  input: z.object(inputs),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const animal = await records.animalOf(context, farm, input.animal);
    const [measured, events, values, parents] = await Promise.all([
      measuredOf(context, animal.id),
      eventsOf(context, farm, animal.id),
      valuesOf(context, [animal.id]),
      records.namesOf(
        context,
        [animal.sire_id, animal.dam_id].filter((id) => id !== null),
      ),
    ]);
    const parent = (id: string | null) => (id ? (parents.get(id) ?? "an animal that you may not see") : "unknown");
    const fate = animal.fate === "alive" ? "Alive" : `${animal.fate}${animal.fate_on ? ` on ${animal.fate_on}` : ""}`;
    const says = [
      `${records.described(animal)}. ${fate}. Sire ${parent(animal.sire_id)}, dam ${parent(animal.dam_id)}.`,
      measured.length > 0
        ? `Latest measurements: ${measured.map((m) => `${m.trait} ${records.said(m.value)} ${m.unit} on ${m.occurred_on}`).join("; ")}.`
        : "No measurements.",
      values.length > 0 ? `Breeding values: ${values.map(worded).join("; ")}.` : "No breeding values.",
      ...(events.length > 0 ? [`Last events: ${events.map((e) => `${e.occurred_on} ${e.kind}`).join("; ")}.`] : []),
    ].join("\n");
    const data = {
      farm: farm.name,
      animal,
      sire: parent(animal.sire_id),
      dam: parent(animal.dam_id),
      measured,
      values,
      events,
    };
    return { says, data, citations: cardCitations(animal, parents, values, events) };
  },
});

/** The newest of each trait. */
async function measuredOf({ api }: ToolContext, animalId: string) {
  const { items } = await api.get("/api/v1/farm/measurements", records.pageOf(measurement), {
    animal_id: animalId,
    limit: 500,
  });
  const newest = new Map<string, z.infer<typeof measurement>>();
  for (const each of items)
    if ((newest.get(each.trait)?.occurred_on ?? "") <= each.occurred_on) newest.set(each.trait, each);
  return [...newest.values()];
}

async function eventsOf({ api }: ToolContext, farm: records.Farm, animalId: string) {
  const query = { farm_id: farm.id, animal_id: animalId, limit: 200 };
  const { items } = await api.get("/api/v1/farm/events", records.pageOf(event), query);
  return items.toSorted((a, b) => b.occurred_on.localeCompare(a.occurred_on)).slice(0, 10);
}

const cardCitations = (
  animal: records.Animal,
  parents: Map<string, string>,
  values: readonly Value[],
  events: readonly z.infer<typeof event>[],
): Citation[] => [
  records.ofAnimal(animal),
  ...[...parents].map(([id, tag]) => records.ofAnimal({ id, tag })),
  ...[...new Set(values.map(({ run_id }) => run_id))].map(records.ofRun),
  ...events.map(({ id, kind, occurred_on }) => ({
    kind: "event",
    id,
    label: `${kind} ${occurred_on}`,
    href: `/api/v1/farm/events?farm_id=${animal.farm_id}&animal_id=${animal.id}`,
  })),
];

const places = ["the animal", "parents", "grandparents", "great-grandparents"];

export const ancestors = tool({
  name: "ancestors",
  title: "Ancestors of an animal",
  description:
    "The genetic ancestors of an animal by generation, with how complete its pedigree is and its own inbreeding.",
  input: z.object({ ...inputs, generations: z.number().int().min(1).max(6).default(3).describe("How far up") }),
  answer: async (input, context) => {
    const farm = await records.farmOf(context, input.farm);
    const animal = await records.animalOf(context, farm, input.animal);
    const found = z.object({ items: z.array(ancestor) });
    const inbred = z.object({ inbreeding: z.number(), completeness: z.number(), n_ancestors: z.number() });
    const [{ items }, own] = await Promise.all([
      context.api.get(`/api/v1/farm/animals/${animal.id}/ancestors`, found, { generations: input.generations }),
      context.api.get(`/api/v1/genetics/animals/${animal.id}/inbreeding`, inbred),
    ]);
    const above = items.filter(({ id }) => id !== animal.id);
    const lines = [...Map.groupBy(above, ({ generation }) => generation)].map(
      ([generation, all]) => `${places[generation] ?? `generation ${generation}`}: ${all.map(nameAndSex).join(", ")}`,
    );
    const says = [
      above.length > 0
        ? `${records.nameOf(animal)} has ${records.oneOf(above.length, "known ancestor")} within ${input.generations} generations.`
        : `No ancestors of ${records.nameOf(animal)} are known.`,
      ...lines.map((line) => `${line[0]?.toUpperCase()}${line.slice(1)}.`),
      `Its inbreeding is ${records.percent(own.inbreeding, 2)}, by pedigree (${own.n_ancestors} ancestors known in all, completeness ${records.percent(own.completeness, 0)}).`,
    ].join("\n");
    return {
      says,
      data: { animal: records.nameOf(animal), ancestors: above, ...own },
      citations: [animal, ...above].map(records.ofAnimal),
    };
  },
});

const nameAndSex = (of: Ancestor) => `${records.nameOf(of)} (${of.sex === "male" ? "ram" : "ewe"})`;
