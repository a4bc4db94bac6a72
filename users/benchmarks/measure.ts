import { parseArgs } from "node:util";
import { append, page } from "./chats.ts";
import { client } from "./client.ts";
import { Ground } from "./ground.ts";
import { logins, refreshes } from "./logins.ts";
import { memory } from "./memory.ts";
import type { Row } from "./rows.ts";
import { search } from "./search.ts";
import { sockets } from "./sockets.ts";
import { sessionCheck, verification } from "./tokens.ts";

/** `./bellwether bench users` runs this: a step for each line, rows as JSON on standard output. A new step is a line here. */
const steps: Record<string, (ground: Ground) => Promise<Row[]>> = {
  verify: verification,
  check: sessionCheck,
  refresh: refreshes,
  login: logins,
  append,
  page,
  search,
  sockets,
  client,
  memory,
};

const options = { only: { type: "string", default: "" }, quick: { type: "boolean", default: false } } as const;
const { values } = parseArgs({ options });
const ground = await Ground.open(values.quick);
const rows: Row[] = [];
try {
  for (const [name, step] of Object.entries(steps)) if (name.includes(values.only)) rows.push(...(await step(ground)));
} finally {
  await ground.close();
}
console.log(JSON.stringify({ rows }));
process.exit(0);
