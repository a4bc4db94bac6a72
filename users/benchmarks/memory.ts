import { readFileSync } from "node:fs";
import * as keys from "../platform/dynamo/keys.ts";
import { signAccessToken } from "../platform/identity/tokens.ts";
import { uuid } from "../platform/ids.ts";
import type { Ground } from "./ground.ts";
import { figure, type Row } from "./rows.ts";
import { rulesOf } from "./tokens.ts";

const perUser = 5;
const callers = 16;
const mostMegabytes = 150;

/** What the process with all four services holds after so many sessions have shown it their tokens. */
export async function memory(ground: Ground): Promise<Row[]> {
  const wanted = ground.size(10_000);
  const before = residentMegabytes(ground);
  const tokens: string[] = [];
  const user = async () => {
    while (tokens.length < wanted) tokens.push(...(await sessionsOf(ground, uuid(Date.now()))));
  };
  await Promise.all(Array.from({ length: callers }, user));
  let next = 0;
  const show = async () => {
    for (let token = tokens[next++]; token !== undefined; token = tokens[next++])
      await (await ground.call("GET", "/api/v1/profiles/me", { token })).arrayBuffer();
  };
  await Promise.all(Array.from({ length: callers }, show));
  const remark = `${before.toFixed(0)} MB before; after all other steps that ran`;
  const size = `${tokens.length} sessions`;
  return [figure("memory of one process", size, residentMegabytes(ground), "MB", { most: mostMegabytes, remark })];
}

/** A user who is only as much as a session needs, and the tokens of as many sessions as one may have. */
async function sessionsOf({ stores, composed, settings }: Ground, uid: string): Promise<string[]> {
  // ten thousand of them keep the store busy: a transaction may be sent again when its answer is late
  await stores.table.transact([{ put: { ...keys.user(uid), epoch: 0 } }]);
  const login = { uid, epoch: 0, roles: ["student"], amr: ["pwd"], acr: "aal1", device: "measured" };
  const key = await composed.signing.current();
  const made: string[] = [];
  for (let n = 0; n < perUser; n++) {
    const { session } = await composed.sessions.issue(login);
    made.push(await signAccessToken(key, { ...session, roles: login.roles }, rulesOf(settings), Date.now));
  }
  return made;
}

function residentMegabytes({ server }: Ground): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
