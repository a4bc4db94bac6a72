import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { codeOf, Harness, password } from "../../testing/harness.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { type Trouble, TroubledStore } from "../../testing/stores/troubled-store.ts";
import { tableIn } from "../../testing/tables.ts";
import { healthRoutes } from "../http/health.ts";
import { newService } from "../http/service-app.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { StoreUnavailable } from "./table.ts";

// A store that is slow, throttled, or gone in the middle of an answer: within a bound it is tried again, nothing is
// written twice, and who gets no answer from it is refused.
const dynoxide = await startDynoxide();
const direct = await tableIn(dynoxide.port, "troubled");
const store = new TroubledStore(dynoxide.port);
const table = store.clientOf("troubled", 400);
afterAll(async () => {
  await store.stop();
  await dynoxide.stop();
});
afterEach(() => store.calm());
const key = () => ({ pk: crypto.randomUUID(), sk: "a" });
const counted = async (at: { pk: string; sk: string }) => (await direct.get(at))?.n ?? 0;

const notDone: Trouble[] = ["ProvisionedThroughputExceededException", "ThrottlingException", "TransactionConflict"];
const perhapsDone: Trouble[] = ["done and 500", "done and cut", "done and late"];

describe("a write to a store that is troubled for a moment", () => {
  test.each(notDone)("goes through once after %s", async (trouble) => {
    const at = key();
    store.trouble(trouble, 3);
    await table.update(at, { add: { n: 1 } });
    expect([await counted(at), store.troubled]).toEqual([1, 3]);
  });

  test.each(perhapsDone)("is not tried again after %s: it may be done", async (trouble) => {
    const at = key();
    store.trouble(trouble, 1);
    await expect(table.update(at, { add: { n: 1 } })).rejects.toBeInstanceOf(StoreUnavailable);
    expect([await counted(at), store.troubled]).toEqual([1, 1]);
  });

  test.each([...notDone, ...perhapsDone])("is done once as a transaction after %s, by its token", async (trouble) => {
    const at = key();
    store.trouble(trouble, 1);
    await table.transact([{ update: at, change: { add: { n: 1 } } }, { put: { ...at, sk: "b" } }]);
    expect([await counted(at), store.troubled]).toEqual([1, 1]);
  });

  test.each([...notDone, ...perhapsDone])("twenty beside each other after %s: each counts once", async (trouble) => {
    const at = key();
    store.trouble(trouble, 10);
    const add = () =>
      table.transact([{ update: at, change: { add: { n: 1 } } }]).then(
        () => 1,
        () => 0,
      );
    const done = (await Promise.all(Array.from({ length: 20 }, add))).reduce((sum: number, one) => sum + one, 0);
    // one that got no answer may be done
    expect(await counted(at)).toBeGreaterThanOrEqual(done);
    expect(await counted(at)).toBeLessThanOrEqual(20);
  });
});

describe("a store that stays troubled", () => {
  test.each([...notDone, ...perhapsDone])(
    "is given up after %s, within a bound of tries and of time",
    async (trouble) => {
      const asks = [() => table.get(key()), () => table.put(key()), () => table.transact([{ put: key() }])];
      for (const ask of asks) {
        store.trouble(trouble, Number.POSITIVE_INFINITY);
        await expect(ask()).rejects.toBeInstanceOf(StoreUnavailable);
        expect(store.troubled).toBeLessThanOrEqual(8);
      }
    },
  );

  test.each<Trouble>(["ThrottlingException", "done and 500", "done and cut"])(
    "lets nobody in after %s: 503 with a time to come back",
    async (trouble) => {
      const house = await Harness.ready({}, { table });
      const mary = await house.person("farmer");
      const login = () => house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } });
      store.trouble(trouble, Number.POSITIVE_INFINITY);
      const answers = [
        await login(),
        await house.call("GET", "/api/v1/profiles/me", { token: mary.token }),
        await house.refresh(mary.cookie),
      ];
      for (const answer of answers) {
        expect([answer.status, await codeOf(answer)]).toEqual([503, "store_unavailable"]);
        expect([answer.headers.get("retry-after"), answer.headers.get("set-cookie")]).toEqual(["2", null]);
      }
      store.calm();
      expect((await login()).status).toBe(200);
    },
  );

  test("is told of by readiness, which does not hang with it", async () => {
    const app = newService();
    const hangs = { name: "dynamodb", isVital: true, check: () => new Promise<void>(() => undefined) };
    healthRoutes(app, new Metrics(), [hangs], undefined);
    const answer = await app.request("/readyz");
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: "not_ready", checks: { dynamodb: expect.stringContaining("no answer within 2 s") } },
    ]);
    expect((await app.request("/healthz")).status).toBe(200);
  });
});
