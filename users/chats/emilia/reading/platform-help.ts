import { z } from "zod";
import { library, type Section } from "../../documentation/library.ts";
import { NothingRecorded, tool } from "./reader.ts";

const mostCharacters = 1_500;

export const platformHelp = tool({
  name: "platform_help",
  title: "How to use the platform",
  description:
    "Searches the documentation of this platform: how to import, record, evaluate, export, connect and so on. Ask in English, with the words that matter. It knows nothing of the user's own flock.",
  input: z.object({ question: z.string().trim().min(2).max(300).describe("What the user wants to do, in English") }),
  answer: async ({ question }) => {
    const sections = await library.find(question);
    const [best, ...others] = sections;
    if (!best) throw new NothingRecorded(`The documentation of this platform says nothing on "${question}".`);
    const more = others.map((section) => `- ${nameOf(section)}`);
    return {
      says: [
        `${nameOf(best)}:`,
        shortened(best.text),
        ...(more.length > 0 ? [`See also:\n${more.join("\n")}`] : []),
      ].join("\n\n"),
      data: {
        sections: sections.map((section) => ({
          title: section.title,
          heading: section.heading,
          address: addressOf(section),
          text: shortened(section.text),
        })),
      },
      citations: sections.map((section) => ({
        kind: "documentation",
        id: section.anchor ? `${section.page}#${section.anchor}` : section.page,
        label: nameOf(section),
        href: addressOf(section),
      })),
    };
  },
});

const nameOf = ({ title, heading }: Section) => (heading === title ? title : `${title}: ${heading}`);
const addressOf = ({ page, anchor }: Section) =>
  `/api/v1/chats/documentation?page=${page}${anchor ? `#${anchor}` : ""}`;

/** Whole lines, and said where it ends before its end. */
function shortened(text: string): string {
  if (text.length <= mostCharacters) return text;
  const cut = text.lastIndexOf("\n", mostCharacters);
  return `${text.slice(0, cut > 0 ? cut : mostCharacters)}\n[...]`;
}
