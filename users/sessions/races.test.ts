import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DynamoTable } from "../platform/dynamo/client.ts";
import { ensureTable, waitForStore } from "../platform/dynamo/tables/admin.ts";
import { Problem } from "../platform/problems.ts";
import { cookieOf, Harness, type Person } from "../testing/harness.ts";
import { type Running, startDynoxide } from "../testing/servers.ts";

// What must hold of sessions while twenty and more call at once, on a real store.
let dynoxide: Running;
let house: Harness;
let strict: Harness;
beforeAll(async () => {
  dynoxide = await startDynoxide();
  const url = `http://127.0.0.1:${dynoxide.port}`;
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  const open = async (name: string) => {
    const table = new DynamoTable({ url, region: "eu-west-1", table: name, credentials, timeoutMs: 30_000 });
    await waitForStore(table, 5_000);
    await ensureTable(table, { name, index: true, ttl: true, stream: false, recovery: false });
    return table;
  };
  const stores = { table: await open("user"), keysTable: await open("keys") };
  house = await Harness.ready({}, stores);
  strict = await Harness.ready({ SESSIONS_POLICIES: '{"default": {"when_full": "deny"}}' }, stores);
});
afterAll(() => dynoxide.stop());

const many = <T>(n: number, work: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();
const sidOf = ({ token }: Person): string => JSON.parse(atob(token.split(".")[1] ?? "")).sid;
const login = (uid: string) => ({ uid, epoch: 0, roles: ["student"], amr: ["pwd"], acr: "aal1", device: "d" });

describe("twenty at once", () => {
  test("use one refresh token: one gets the next, nobody is signed out, one session goes on", async () => {
    const mary = await house.person();
    const answers = await many(20, () => house.refresh(mary.cookie));
    expect(statuses(answers)).toEqual([200, ...Array(19).fill(409)]);
    const winner = answers.find(({ status }) => status === 200);
    expect(winner && (await house.refresh(cookieOf(winner))).status).toBe(200);
    expect(await house.composed.sessions.list(mary.uid)).toHaveLength(1);
  });

  test("five tabs that come again after a moment all go on", async () => {
    const mary = await house.person();
    let cookie = mary.cookie;
    for (let round = 0; round < 4; round++) {
      const answers = await many(5, () => house.refresh(cookie));
      expect(statuses(answers)).toEqual([200, 409, 409, 409, 409]);
      // the browser keeps the one new cookie for all tabs
      cookie = answers.map(cookieOf).find((text) => text.startsWith("__Host-bw_rt=")) ?? "";
    }
    expect((await house.refresh(cookie)).status).toBe(200);
  });

  test("refresh while the session is ended: nobody goes on afterwards", async () => {
    const mary = await house.person();
    const [sid, { sessions }] = [sidOf(mary), house.composed];
    const answers: Response[] = [];
    await many(24, async (n) => {
      if (n === 7) await sessions.end(mary.uid, sid, "revoked");
      else answers.push(await house.refresh(mary.cookie));
    });
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const cookie of [mary.cookie, ...answers.filter(({ status }) => status === 200).map(cookieOf)])
      expect((await house.refresh(cookie)).status).toBe(401);
    expect(await sessions.isLive(sid, mary.uid)).toBe(false);
  });

  test("end one session: it ends once, is told once, and its slot is free", async () => {
    const mary = await house.person();
    const { sessions } = house.composed;
    const ended = await many(20, () => sessions.end(mary.uid, sidOf(mary), "revoked"));
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect((await sessions.since(0)).filter((sid) => sid === sidOf(mary))).toHaveLength(1);
    expect(await sessions.list(mary.uid)).toEqual([]);
  });

  test("sign in: the cap holds, and each that made room was told", async () => {
    const mary = await house.person();
    const { sessions } = house.composed;
    const issued = await many(24, () => sessions.issue(login(mary.uid)));
    const all = [sidOf(mary), ...issued.map(({ session }) => session.sid)];
    const alive = await Promise.all(all.map((sid) => sessions.isLive(sid, mary.uid)));
    expect(alive.filter(Boolean)).toHaveLength(5);
    const told = new Set(await sessions.since(0));
    expect(all.filter((sid, n) => !alive[n] && !told.has(sid))).toEqual([]);
  });

  test("sign in where a full house denies: the cap holds, nobody is put out", async () => {
    await strict.register("strict@hillfarm.example");
    const mary = await strict.login("strict@hillfarm.example");
    const { sessions } = strict.composed;
    const outcomes = await many(24, () => sessions.issue(login(mary.uid)).catch((error: unknown) => error));
    const denied = outcomes.filter((one) => one instanceof Problem && one.code === "too_many_sessions");
    expect(denied).toHaveLength(20);
    expect(await sessions.list(mary.uid)).toHaveLength(5);
    expect(await sessions.isLive(sidOf(mary), mary.uid)).toBe(true);
  });
});
