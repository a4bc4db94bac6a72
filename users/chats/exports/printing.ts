import { fileURLToPath } from "node:url";
import { AtMost } from "../../platform/at-most.ts";
import { Problem } from "../../platform/problems.ts";
import type { Page } from "./forms.ts";

const mostBytes = 2_000_000;
const mostMs = 60_000;
const atOnce = 2;
const waiting = 8;
const program = fileURLToPath(new URL("print.ts", import.meta.url));

const tooLong = () =>
  new Problem(
    422,
    "too_long_for_pdf",
    `A PDF holds at most ${mostBytes / 1_000_000} MB of text: take this as JSON, Markdown or plain text.`,
  );

const busy = () =>
  new Problem(503, "printing_busy", "Many are printing just now: try again in a minute.", {
    headers: { "retry-after": "60" },
  });

/** Prints in a process of its own, which knows nothing but the pages: its memory and its time end with it. */
export class Printing {
  private readonly bound = new AtMost(atOnce, waiting, busy);

  async pdf(pages: AsyncIterable<Page>): Promise<Uint8Array<ArrayBuffer>> {
    const read: string[] = [];
    let bytes = 0;
    for await (const page of pages) {
      const text = JSON.stringify(page);
      bytes += Buffer.byteLength(text);
      if (bytes > mostBytes) throw tooLong();
      read.push(text);
    }
    return this.bound.run(() => print(`[${read.join(",")}]`));
  }
}

async function print(pages: string): Promise<Uint8Array<ArrayBuffer>> {
  const command = [process.execPath, "run", program];
  const child = Bun.spawn(command, { env: {}, stdin: new Blob([pages]), stderr: "pipe", timeout: mostMs });
  const [bytes, said, code] = await Promise.all([child.stdout.bytes(), child.stderr.text(), child.exited]);
  if (child.signalCode !== null)
    throw new Problem(
      503,
      "printing_too_slow",
      `Printing took more than ${mostMs / 1_000} s: take this in another form.`,
    );
  // its words may hold what was to be printed
  if (code !== 0) throw new Error(`printing ended with ${code} after ${said.length} bytes of errors`);
  return bytes;
}
