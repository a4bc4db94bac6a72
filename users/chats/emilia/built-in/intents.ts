import type { Clock } from "../../../platform/clock.ts";

/** What a question asks of which tool, found by words. English, with the words of three neighbours. */

export type Understood = {
  tool: string;
  input: Record<string, unknown>;
  missing?: { field: string; question: string };
};

type Words = { text: string; tags: readonly string[]; now: number };
type Intent = {
  tool: string;
  words: RegExp;
  input: (words: Words) => Record<string, unknown>;
  needs?: Record<string, string>;
};

const whichAnimal = { animal: "Which animal do you mean? Give its tag or number." };
const sire = "(sires?|rams?|males?|väter|vater|böcke?|widder|padres?|carneros?|sementales|pères?|béliers?)";
const animal = ({ tags }: Words) => ({ animal: tags[0] });

/** How something is done is a question about the platform, whatever it is about; how we compare is one about the flock. */
const howTo =
  /\bhow (do|can|could|should|would|must) (i|we|you|one)\b(?! compare)|\bhow to\b|\bwhere (do|can|could|should) (i|we)\b|\b(documentation|manual|guide|tutorial)\b/;

const intents: readonly Intent[] = [
  { tool: "platform_help", words: howTo, input: ({ text }) => ({ question: text.slice(0, 300) }) },
  { tool: "scrapie_genotypes", words: /scrapie|prnp|prion|traberkrankheit|tembladera|tremblante/, input: animal },
  {
    tool: "mating_inbreeding",
    words:
      /\bmat(e|es|ing|ings)\b|\bjoin(ed|ing)? to\b|inbreeding of .* (and|with|x)\b|anpaarung|paar(e|ung)|apare|accoupl/,
    input: ({ text, tags }) => ({
      ram: after(text, /(ram|sire|bock|carnero|bélier)/) ?? tags[0],
      ewe: after(text, /(ewe|dam|schaf|aue|oveja|brebis)/) ?? tags[1],
    }),
    needs: {
      ram: "Which ram do you mean? Give the tags of a ram and a ewe.",
      ewe: "Which ewe do you mean? Give the tags of a ram and a ewe.",
    },
  },
  {
    tool: "culls_by_reason",
    words: /\bcull|merz|ausgemerzt|descart|réform/,
    input: ({ text, now }) => ({ year: yearIn(text, now) }),
  },
  {
    tool: "top_sires",
    words: new RegExp(String.raw`(\b(top|best|highest|lowest)\b|beste|mejores|meilleurs).*\b${sire}`),
    input: ({ text }) => ({
      trait: traitIn(text),
      count: countIn(text),
      lowest: /\blowest\b/.test(text) || undefined,
      with_progeny: /\b(rams?|males?)\b/.test(text) && !/\bsires?\b/.test(text) ? false : undefined,
    }),
  },
  {
    tool: "growth_by_sire",
    words: new RegExp(
      String.raw`(growth|grew|grow|gain|weights?|wachstum|zunahme|crecimiento|croissance).*\b${sire}|\b${sire}.*(growth|grew|grow|gain|weights?|wachstum|crecimiento|croissance)`,
    ),
    input: ({ text, now }) => ({ trait: traitIn(text), drop: yearIn(text, now) }),
  },
  {
    tool: "breeding_values",
    words: /breeding values?|\bebvs?\b|\basbvs?\b|zuchtwert|valor(es)? genétic|valeurs? génétique/,
    input: (words) => ({ ...animal(words), trait: traitIn(words.text) }),
    needs: whichAnimal,
  },
  {
    tool: "compare_with_breed",
    words: /\bbreed\b(?!ing)|\brasse\b|\braza\b|\brace\b/,
    input: ({ text }) => ({ trait: traitIn(text) }),
  },
  {
    tool: "ancestors",
    words:
      /ancest|pedigree|\bparents?\b|grand(sire|dam|parent)|inbred|inbreeding|vorfahr|ahnen|stammbaum|inzucht|genealog|généalog|ancêtre|consangu/,
    input: animal,
    needs: whichAnimal,
  },
  {
    tool: "season_report",
    words:
      /season|lambing|weaning rate|marking|scanning|lambs? (born|weaned)|saison|ablamm|lammzeit|temporada|parición|agnelage/,
    input: ({ text, now }) => ({ year: yearIn(text, now) }),
  },
  {
    tool: "flock_summary",
    words: /flocks?\b|how many (sheep|animals|ewes|rams|lambs)|summary|overview|herde|rebaño|troupeau/,
    input: () => ({}),
  },
];

/** The tool that a question is for, or nothing. A bare tag is a question for the card of the animal. */
export function understand(question: string, clock: Clock): Understood | undefined {
  const text = question.toLowerCase().slice(0, 2_000);
  const words = { text, tags: tagsIn(question.slice(0, 2_000)), now: clock() };
  const found = intents.find((intent) => intent.words.test(text));
  if (!found) return words.tags.length > 0 ? { tool: "animal_card", input: animal(words) } : undefined;
  const input = Object.fromEntries(Object.entries(found.input(words)).filter(([, value]) => value !== undefined));
  const lacking = Object.entries(found.needs ?? {}).find(([field]) => input[field] === undefined);
  const missing = lacking && { field: lacking[0], question: lacking[1] };
  return { tool: found.tool, input, missing };
}

/** Words with a digit of three characters or more, and what stands in quotes; a bare year is none. */
export function tagsIn(text: string): string[] {
  const quoted = [...text.matchAll(/["“„']([^"”“']{2,60})["”“']/g)].map(([, name]) => name ?? "");
  const words = text.split(/[\s,;:?!()"“”„]+/).map((word) => word.replace(/^[.'-]+|[.'-]+$/g, ""));
  const tags = words.filter(
    (word) => /\d/.test(word) && word.length >= 3 && word.length <= 40 && !/^(19|20)\d\d$/.test(word),
  );
  return [...new Set([...quoted, ...tags])].filter((tag) => !/^\d{4}-\d\d-\d\d$/.test(tag));
}

function after(text: string, word: RegExp): string | undefined {
  const found = new RegExp(String.raw`\b${word.source}\w*\W+(?:\w+\W+)?([\w./-]*\d[\w./-]*)`).exec(text);
  return found?.at(-1)?.replace(/[.-]+$/, "");
}

function yearIn(text: string, now: number): number | undefined {
  const written = /\b((?:19|20)\d\d)\b/.exec(text)?.[1];
  if (written) return Number(written);
  const year = new Date(now).getUTCFullYear();
  if (/\bthis (year|season)|dieses jahr|diese saison|este año|cette année/.test(text)) return year;
  return /\blast (year|season)|letztes jahr|letzte saison|año pasado|l'année dernière/.test(text)
    ? year - 1
    : undefined;
}

const countIn = (text: string): number | undefined => {
  const found =
    /\b(?:top|best|highest|lowest|beste[nr]?|mejores|meilleurs)\s+(\d{1,2})\b|\b(\d{1,2})\s+(?:top|best|highest|lowest|beste[nr]?|mejores|meilleurs)\b/.exec(
      text,
    );
  const count = Number(found?.[1] ?? found?.[2]);
  return count >= 1 && count <= 50 ? count : undefined;
};

const code = /\b[bwpyha](wt|fat|emd|gfw|cfw|fd|fdcv|curv|sl|ss|yld|wec|sc)\b/;
const named: readonly [RegExp, string][] = [
  [/birth weight|geburtsgewicht|peso al nacer|poids (de|à la) naissance/, "BWT"],
  [/post[- ]?weaning/, "PWT"],
  [/weaning weight|absetzgewicht|peso al destete|poids au sevrage/, "WWT"],
  [/yearling weight|jährlingsgewicht/, "YWT"],
  [/fib(re|er) diameter|micron|faserdurchmesser/, "YFD"],
  [/fleece weight|vliesgewicht/, "YGFW"],
  [/eye muscle/, "PEMD"],
];
const traitIn = (text: string): string | undefined =>
  code.exec(text)?.[0].toUpperCase() ?? named.find(([words]) => words.test(text))?.[1];
