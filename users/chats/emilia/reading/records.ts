import { z } from "zod";
import { ToolFailed } from "../platform-api.ts";
import { AskBack, type Citation, NothingRecorded, type ToolContext } from "./reader.ts";

/** What tools read of the platform's answers, and how they find the record that is meant. */

const text = z.string().nullable();
export const farm = z.object({ id: z.string(), name: z.string() });
export const flock = z.object({
  id: z.string(),
  farm_id: z.string(),
  name: z.string(),
  code: z.string(),
  breed_code: text,
});
export const animal = z.object({
  id: z.string(),
  farm_id: z.string(),
  flock_id: z.string(),
  tag: text,
  sex: z.string(),
  birth_date: text,
  drop_year: z.number().nullable(),
  birth_type: z.number().nullable(),
  rear_type: z.number().nullable(),
  fate: z.string(),
  fate_on: text,
  reference_only: z.boolean(),
  sire_id: text,
  dam_id: text,
  identifiers: z.array(z.object({ kind: z.string(), scheme: z.string(), value: z.string() })),
});
export type Farm = z.infer<typeof farm>;
export type Flock = z.infer<typeof flock>;
export type Animal = z.infer<typeof animal>;
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable().optional() });

export const farmInput = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe("Name or id of the farm; leave out if there is one");
export const flockInput = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe("Name, code or id of the flock; leave out if there is one");
export const animalInput = z
  .string()
  .min(1)
  .max(100)
  .describe("Tag, EID, registration number, name or id of the animal");
export const traitInput = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{1,39}$/, "a trait code such as WWT")
  .toUpperCase()
  .optional()
  .describe("Code of a trait, such as WWT (weaning weight) or YFD (yearling fibre diameter)");

const byNameOrId = (wanted: string) => (each: { id: string; name: string; code?: string }) =>
  [each.id, each.name, each.code].some((value) => value?.toLowerCase() === wanted.trim().toLowerCase());

export async function farmOf({ api, farmId }: ToolContext, wanted: string | undefined): Promise<Farm> {
  const { items } = await api.get("/api/v1/farm/farms", pageOf(farm), { limit: 200 });
  if (items.length === 0) throw new NothingRecorded("You are not a member of any farm, so there is no flock to read.");
  const named = wanted ?? farmId;
  const found = named === undefined ? items : items.filter(byNameOrId(named));
  if (found.length === 1 && found[0]) return found[0];
  const options = (found.length > 1 ? found : items).map(({ id, name }) => ({ id, label: name }));
  throw new AskBack(
    "farm",
    found.length > 1 || named === undefined
      ? "Which farm do you mean?"
      : "You have no farm of that name. Which one do you mean?",
    options,
  );
}

export async function flockOf(context: ToolContext, of: Farm, wanted: string | undefined): Promise<Flock> {
  const items = await flocksOf(context, of);
  if (items.length === 0) throw new NothingRecorded(`${of.name} has no flock yet.`);
  const found = wanted === undefined ? items : items.filter(byNameOrId(wanted));
  if (found.length === 1 && found[0]) return found[0];
  const options = (found.length > 1 ? found : items).map(({ id, name, code }) => ({ id, label: `${name} (${code})` }));
  throw new AskBack(
    "flock",
    found.length > 1 || wanted === undefined
      ? "Which flock do you mean?"
      : "There is no flock of that name. Which one do you mean?",
    options,
  );
}

export async function flocksOf({ api }: ToolContext, of: Farm): Promise<Flock[]> {
  return (await api.get("/api/v1/farm/flocks", pageOf(flock), { farm_id: of.id, limit: 200 })).items;
}

/** The one animal that is meant. An exact tag or number counts before a piece of one; several of either are asked back. */
export async function animalOf({ api }: ToolContext, of: Farm, wanted: string, field = "animal"): Promise<Animal> {
  const given = wanted.trim().toLowerCase();
  if (z.guid().safeParse(given).success) {
    const found = await api.get(`/api/v1/farm/animals/${given}`, animal);
    if (found.farm_id !== of.id) throw new ToolFailed("not_found", `That animal is not of ${of.name}.`);
    return found;
  }
  const query = { farm_id: of.id, text: wanted.trim(), limit: 50 };
  const { items } = await api.get("/api/v1/farm/animals", pageOf(animal), query);
  const names = (each: Animal) => [each.tag, ...each.identifiers.map(({ value }) => value)];
  const exact = items.filter((each) => names(each).some((name) => name?.toLowerCase() === given));
  const found = exact.length > 0 ? exact : items;
  if (found.length === 1 && found[0]) return found[0];
  if (found.length === 0)
    throw new ToolFailed("not_found", `No animal of ${of.name} has “${wanted.trim()}” in its tag or numbers.`);
  const options = found.slice(0, 8).map((each) => ({ id: each.id, label: described(each) }));
  const more = found.length > options.length ? ` The first ${options.length} are listed; give more of the tag.` : "";
  throw new AskBack(
    field,
    `“${wanted.trim()}” stands in the tags or numbers of ${items.length === 50 ? "50 or more" : found.length} animals. Which one do you mean?${more}`,
    options,
  );
}

export const described = (of: Animal) => [nameOf(of), sexWord(of.sex), born(of)].filter(Boolean).join(", ");
export const nameOf = (of: { tag: string | null; id: string }) => of.tag ?? of.id;
export const sexWord = (sex: string) => ({ male: "male", female: "female" })[sex] ?? "sex unknown";
const born = ({ birth_date, drop_year }: Animal) =>
  birth_date ? `born ${birth_date}` : drop_year ? `drop ${drop_year}` : "";

/** Names of animals by their ids, as far as the caller may see them. */
export async function namesOf({ api }: ToolContext, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const wanted = { ids: [...new Set(ids)].slice(0, 500) };
  const { items } = await api.query("/api/v1/farm/animals/query", wanted, pageOf(animal));
  return new Map(items.map((each) => [each.id, nameOf(each)]));
}

export const ofFarm = ({ id, name }: Farm): Citation => ({
  kind: "farm",
  id,
  label: name,
  href: `/api/v1/farm/farms/${id}`,
});
export const ofFlock = ({ id, name }: Flock): Citation => ({
  kind: "flock",
  id,
  label: name,
  href: `/api/v1/farm/flocks/${id}`,
});
export const ofAnimal = (of: { id: string; tag: string | null }): Citation => ({
  kind: "animal",
  id: of.id,
  label: nameOf(of),
  href: `/api/v1/farm/animals/${of.id}`,
});
export const ofRun = (id: string): Citation => ({
  kind: "evaluation",
  id,
  label: `Evaluation ${id.slice(0, 8)}`,
  href: `/api/v1/genetics/evaluations/${id}`,
});
export const ofReport = (of: Farm, name: string, title: string, query = ""): Citation => ({
  kind: "report",
  id: name,
  label: title,
  href: `/api/v1/farm/farms/${of.id}/reports/${name}${query}`,
});

export const report = z.object({
  title: z.string(),
  made_at: z.string(),
  rows: z.array(z.record(z.string(), z.unknown())),
  left_out: z.record(z.string(), z.number()),
  vega_lite: z.unknown(),
});

const trait = z.object({ code: z.string(), name: z.string(), unit: z.string() });
export type Trait = z.infer<typeof trait>;

export async function traitsOf({ api }: ToolContext): Promise<Map<string, Trait>> {
  const { items } = await api.get("/api/v1/genetics/traits", pageOf(trait));
  return new Map(items.map((each) => [each.code, each]));
}

/** A number as it is said: no more digits than are meant. */
export const said = (value: number, digits = 2) => String(Number(value.toFixed(digits)));
export const signed = (value: number, digits = 2) => (value > 0 ? `+${said(value, digits)}` : said(value, digits));
export const percent = (share: number, digits = 1) => `${said(share * 100, digits)} %`;
export const oneOf = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
