import { equal } from "../platform/dynamo/table.ts";
import { uuid } from "../platform/ids.ts";
import type { Ground } from "./ground.ts";
import { beside, type Row, rates } from "./rows.ts";

const loginCallers = 8;
const argon2 = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** A log-in over HTTP, beside the verification of a password by itself. */
export async function logins(ground: Ground): Promise<Row[]> {
  const people = await Promise.all(Array.from({ length: loginCallers }, (_, n) => ground.person(`login${n}`)));
  const stored = await Bun.password.hash("seven grey ewes at dawn", argon2);
  const bare = () => Bun.password.verify("seven grey ewes at dawn", stored);
  const ours = (n: number) => ground.login(people[n % loginCallers]?.email ?? "");
  const [value, other] = await rates(ours, bare, loginCallers, ground.seconds);
  const peer = { name: "bare Bun.password.verify", value: other };
  return [beside("log in", `${loginCallers} callers`, value, "log-ins/s", peer, { least: 0.7 })];
}

/** A refresh over HTTP by one caller, beside one conditional update through the same client. */
export async function refreshes(ground: Ground): Promise<Row[]> {
  let { cookie } = await ground.person("refresh");
  const key = { pk: uuid(Date.now()), sk: "S" };
  const { table } = ground.stores;
  await table.put({ ...key, cur: "0" });
  let at = 0;
  const bare = () => table.update(key, { set: { cur: String(at + 1) } }, equal("cur", String(at++)));
  const ours = async () => {
    cookie = await ground.refresh(cookie);
  };
  const [value, other] = await rates(ours, bare, 1, ground.seconds);
  const peer = { name: "bare conditional update", value: other };
  return [beside("refresh", "1 caller", value, "refreshes/s", peer, { least: 0.7 })];
}
