import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type MiniSearch from "minisearch";
import { plainly } from "../search/words.ts";

/** A piece of a page under one heading. */
export type Section = { page: string; title: string; heading: string; anchor: string; text: string };
type Indexed = Section & { id: number };

const folders = ["how-to", "tutorials", "reference", "explanation"];
/** Pages for who builds the platform. */
const inner = new Set(["explanation/seams", "explanation/threats"]);
const boost = { title: 3, heading: 3, text: 1 };
/** Of the words of a question so many must stand in what answers it. */
const leastShare = 0.6;
const stop = new Set(
  "a an and any are as at be by can could do does for from get has have how i if in into is it its me my of on one or our please should so tell that the their them there this to use used using want was we what when where which who with would you your documentation docs manual explain platform bellwether".split(
    " ",
  ),
);

const inDocs = fileURLToPath(new URL("../../../docs", import.meta.url));

/** The pages that ship with the platform, by their headings. They are read, and the index is made, when somebody first asks. */
export class Library {
  private made: Promise<{ pages: Map<string, string>; index: MiniSearch<Indexed>; sections: Indexed[] }> | undefined;

  constructor(private readonly root: string = inDocs) {}

  /** What answers a question, best first; nothing when too few of its words stand anywhere together. */
  async find(question: string, most = 3): Promise<Section[]> {
    const words = new Set(termsOf(question));
    if (words.size === 0) return [];
    const { index, sections } = await this.open();
    const found = index.search([...words].join(" "));
    const good = found.filter(({ queryTerms }) => new Set(queryTerms).size >= leastShare * words.size);
    return good.slice(0, most).flatMap(({ id }) => sections[id] ?? []);
  }

  async page(name: string): Promise<string | undefined> {
    return (await this.open()).pages.get(name);
  }

  private open() {
    this.made ??= this.make();
    return this.made;
  }

  private async make() {
    const { default: Made } = await import("minisearch");
    const pages = new Map(folders.flatMap((folder) => pagesIn(this.root, folder)));
    const sections = [...pages].flatMap(([page, text]) => sectionsOf(page, text)).map((one, id) => ({ ...one, id }));
    const index = new Made<Indexed>({
      fields: Object.keys(boost),
      tokenize: termsOf,
      processTerm: (term) => term,
      searchOptions: { boost, prefix: (term) => term.length > 3, fuzzy: (term) => (term.length > 5 ? 0.15 : false) },
    });
    index.addAll(sections);
    return { pages, index, sections };
  }
}

export const library = new Library();

function pagesIn(root: string, folder: string): [string, string][] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return found
    .filter((file) => file.endsWith(".md"))
    .map((file): [string, string] => [`${folder}/${file.slice(0, -3)}`, join(root, folder, file)])
    .filter(([page]) => !inner.has(page))
    .map(([page, file]) => [page, readFileSync(file, "utf8")]);
}

/** A page at its headings; what stands in a block of code is none. */
export function sectionsOf(page: string, text: string): Section[] {
  const found: Section[] = [];
  let title = page;
  let lines: string[] = [];
  let heading = "";
  const end = () => {
    const body = lines.join("\n").trim();
    if (body) found.push({ page, title, heading: heading || title, anchor: anchorOf(heading), text: body });
    lines = [];
  };
  let isCode = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isCode = !isCode;
    const [, marks, words = ""] = (!isCode && /^(#{1,4}) (.*)$/.exec(line)) || [];
    if (!marks) lines.push(line);
    else {
      end();
      if (marks === "#") title = words;
      heading = marks === "#" ? "" : words;
    }
  }
  end();
  return found;
}

/** As GitHub and most readers of Markdown make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** Words that say something, without the ending of their plural. */
const termsOf = (text: string): string[] =>
  (plainly(text).match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length > 1 && !stop.has(word))
    .map((word) => (word.length > 3 ? word.replace(/(?<=[^s])s$/, "") : word));
