import { fileURLToPath } from "node:url";
import { open } from "fontkit";
import PDFDocument from "pdfkit";
import type { Page } from "./forms.ts";

/** A command that `printing.ts` runs: pages as JSON on standard input, a PDF on standard output. */

const fileOf = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const fonts = { text: fileOf("DejaVuSans"), bold: fileOf("DejaVuSans-Bold") };
const missing = "\u25a1";
/** Written from right to left, which this file does not: whole words would stand in the wrong order. */
const rightToLeft = /\p{Script=Hebrew}|\p{Script=Arabic}|\p{Script=Nko}|\p{Script=Syriac}|\p{Script=Thaana}/u;
/** Longer ones are broken here: the library breaks them too, but takes a minute for a long one. */
const longWord = /\S{60}(?=\S)/gu;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

const pages: Page[] = await Bun.stdin.json();
const known = await Promise.all(Object.values(fonts).map((file) => open(file)));
let hidden = 0;

/** With a box for each sign that has no shape in these fonts. */
function shown(text: string): string {
  const one = text.normalize("NFC").replace(/\r\n?/g, "\n").replaceAll("\t", "    ").replace(invisible, "");
  return Array.from(one.replace(longWord, "$&\n"), (sign) => {
    if (sign === "\n" || isKnown(sign)) return sign;
    hidden++;
    return missing;
  }).join("");
}

function isKnown(sign: string): boolean {
  const point = sign.codePointAt(0) ?? 0;
  if (point < 0x20 || rightToLeft.test(sign)) return false;
  return known.every((font) => "hasGlyphForCodePoint" in font && font.hasGlyphForCodePoint(point));
}

const read = pages.map(({ title, said }) => ({
  title: shown(title),
  said: said.map(({ head, text, more }) => ({ head, text: shown(text), more: more.map(shown) })),
}));
const [first] = read;
const info = { Title: read.length === 1 && first ? first.title : "Chats", Creator: "bellwether" };
const document = new PDFDocument({ size: "A4", margin: 56, lang: "en", font: fonts.text, info });
const sink = Bun.stdout.writer();
document.on("data", (bytes: Uint8Array) => sink.write(bytes));
const ended = new Promise<void>((resolve) => document.on("end", () => resolve()));

for (const [at, { title, said }] of read.entries()) {
  if (at > 0) document.addPage();
  document.font(fonts.bold).fontSize(15).fillColor("black").text(title).moveDown();
  if (at === 0 && hidden > 0) {
    const signs = hidden === 1 ? "1 character has" : `${hidden} characters have`;
    const note = `${signs} no shape in the fonts of this file: ${missing} stands for each. The chat as JSON, Markdown or plain text holds them all.`;
    document.font(fonts.text).fontSize(9).text(note).moveDown();
  }
  for (const { head, text, more } of said) {
    document.font(fonts.bold).fontSize(8.5).fillColor("#555555").text(head).moveDown(0.3);
    document.font(fonts.text).fontSize(10).fillColor("black").text(text);
    for (const line of more) document.fontSize(8.5).fillColor("#555555").text(`- ${line}`);
    document.moveDown();
  }
}
document.end();
await ended;
await sink.end();
