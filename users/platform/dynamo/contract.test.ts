import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type Running, startDynoxide, startDynoxideBehind } from "../../testing/servers.ts";
import { haveEmulators, startMinistack } from "../../testing/stores/emulators.ts";
import { DynamoTable } from "./client.ts";
import { LiveTable } from "./live.ts";
import { MemoryTable } from "./memory.ts";
import {
  absent,
  absentOrExpired,
  all,
  any,
  ConditionFailed,
  compare,
  equal,
  type Item,
  present,
  type ScannableTable,
  StoreRejected,
  StoreUnavailable,
  TransactionCancelled,
} from "./table.ts";
import { ensureTable, waitForStore } from "./tables/admin.ts";

let dynoxide: Running;
let client: DynamoTable;
let walled: Running;
let second: Running | undefined;
let ministack: DynamoTable;
let behind: DynamoTable;
const socket = join(mkdtempSync(join(tmpdir(), "bellwether-store-")), "store's söcket");
const isSecondThere = await haveEmulators();
const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
const options = { region: "eu-west-1", table: "contract", credentials };
const shape = { name: "contract", index: true, ttl: true, stream: true, recovery: true };

beforeAll(async () => {
  dynoxide = await startDynoxide();
  const url = `http://127.0.0.1:${dynoxide.port}`;
  client = new DynamoTable({ url, region: "eu-west-1", table: "contract", credentials });
  await waitForStore(client, 5_000);
  expect(await ensureTable(client, shape)).toBe(true);
  expect(await ensureTable(client, shape)).toBe(false);
  walled = await startDynoxideBehind(socket);
  behind = new DynamoTable({ url: "http://localhost", socket, region: "eu-west-1", table: "contract", credentials });
  await waitForStore(behind, 5_000);
  await ensureTable(behind, shape);
  if (!isSecondThere) return;
  second = await startMinistack();
  ministack = new DynamoTable({ ...options, url: `http://127.0.0.1:${second.port}` });
  await waitForStore(ministack, 20_000);
  await ensureTable(ministack, shape);
}, 60_000);
afterAll(() => Promise.all([dynoxide.stop(), walled.stop(), second?.stop()]));

const memory = new MemoryTable();
const implementations: [string, () => ScannableTable][] = [
  ["in memory", () => memory],
  ["dynoxide", () => client],
  ["dynoxide behind a socket", () => behind],
  ...(isSecondThere ? [["ministack", () => ministack] as [string, () => ScannableTable]] : []),
];

/** Which of the racing writes won. */
async function winners(writes: Promise<unknown>[]): Promise<number> {
  const settled = await Promise.allSettled(writes);
  for (const one of settled)
    if (
      one.status === "rejected" &&
      !(one.reason instanceof ConditionFailed || one.reason instanceof TransactionCancelled)
    )
      throw one.reason;
  return settled.filter(({ status }) => status === "fulfilled").length;
}

describe.each(implementations)("a table %s", (_name, open) => {
  const fresh = () => crypto.randomUUID();

  test("gives back every kind of value", async () => {
    const item: Item = {
      pk: fresh(),
      sk: "a",
      s: "é\u0000",
      n: -1.5,
      b: true,
      z: null,
      l: [1, "x", [true]],
      m: { a: { b: 1 } },
    };
    await open().put({ ...item, bytes: new Uint8Array([0, 255]), nothing: undefined });
    const found = await open().get({ pk: item.pk, sk: "a" });
    expect(found).toEqual({ ...item, bytes: new Uint8Array([0, 255]) });
    expect(await open().get({ pk: item.pk, sk: "b" })).toBeUndefined();
  });

  test("a failed condition carries the old item and writes nothing", async () => {
    const key = { pk: fresh(), sk: "a" };
    await open().put({ ...key, n: 1 }, absent("pk"));
    const failed = await open()
      .put({ ...key, n: 2 }, absent("pk"))
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ConditionFailed);
    expect(failed instanceof ConditionFailed && failed.old).toEqual({ ...key, n: 1 });
    await expect(open().update(key, { set: { n: 3 } }, equal("n", 2))).rejects.toBeInstanceOf(ConditionFailed);
    await expect(open().delete(key, equal("n", 2))).rejects.toBeInstanceOf(ConditionFailed);
    expect(await open().get(key)).toEqual({ ...key, n: 1 });
  });

  test("conditions compare, combine and meet missing attributes", async () => {
    const key = { pk: fresh(), sk: "a" };
    await open().put({ ...key, n: 5, s: "m", list: ["a", "b"], ttl: 100 });
    const holds = async (when: Parameters<ScannableTable["put"]>[1]) =>
      open()
        .update(key, { set: { touched: 1 } }, when)
        .then(
          () => true,
          () => false,
        );
    expect(await holds(compare("n", "<", 6))).toBe(true);
    expect(await holds(compare("n", ">=", 6))).toBe(false);
    expect(await holds(compare("s", "<=", "m"))).toBe(true);
    expect(await holds(compare("missing", "<", 6))).toBe(false);
    expect(await holds(compare("missing", "<>", 6))).toBe(true);
    expect(await holds(equal("list", ["a", "b"]))).toBe(true);
    expect(await holds(equal("list", ["b", "a"]))).toBe(false);
    expect(await holds(any(equal("n", 1), all(present("s"), absent("x"))))).toBe(true);
    expect(await holds(absentOrExpired(99))).toBe(false);
    expect(await holds(absentOrExpired(100))).toBe(true);
  });

  test("an update sets, copies the old value, adds and removes at once", async () => {
    const key = { pk: fresh(), sk: "a" };
    await open().put({ ...key, cur: "one", gone: 1 });
    const change = { copy: { prev: "cur" }, set: { cur: "two", ttl: 9 }, add: { n: 2 }, remove: ["gone"] };
    expect(await open().update(key, change)).toEqual({ ...key, prev: "one", cur: "two", ttl: 9, n: 2 });
    const sums = { end: { of: "n", otherwise: 7, plus: 10 }, other: { of: "missing", otherwise: 7, plus: 10 } };
    expect(await open().update(key, { sum: sums })).toMatchObject({ n: 2, end: 12, other: 17 });
    expect(await open().delete(key)).toMatchObject({ cur: "two" });
    expect(await open().delete(key)).toBeUndefined();
  });

  test("a transaction is all or nothing and says which condition failed", async () => {
    const [a, b] = [
      { pk: fresh(), sk: "a" },
      { pk: fresh(), sk: "b" },
    ];
    await open().put({ ...b, n: 1 });
    const failed = await open()
      .transact([
        { put: { ...a, n: 1 }, when: absent("pk") },
        { update: b, change: { add: { n: 1 } }, when: equal("n", 7) },
      ])
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TransactionCancelled);
    expect(failed instanceof TransactionCancelled && [failed.failed(0), failed.failed(1)]).toEqual([false, true]);
    expect(failed instanceof TransactionCancelled && failed.reasons[1]?.old).toEqual({ ...b, n: 1 });
    expect(await open().get(a)).toBeUndefined();
    await open().transact([{ put: a }, { check: b, when: equal("n", 1) }]);
    await open().transact([{ delete: a }, { update: b, change: { add: { n: 1 } } }]);
    expect(await open().get(a)).toBeUndefined();
    expect(await open().get(b)).toMatchObject({ n: 2 });
  });

  test("refuses one item twice, more than 100 writes, empty keys and 400 KB", async () => {
    const key = { pk: fresh(), sk: "a" };
    await expect(open().transact([{ put: key }, { delete: key }])).rejects.toBeInstanceOf(StoreRejected);
    const many = Array.from({ length: 101 }, (_, n) => ({ put: { pk: key.pk, sk: String(n) } }));
    await expect(open().transact(many)).rejects.toBeInstanceOf(StoreRejected);
    await expect(open().put({ pk: "", sk: "a" })).rejects.toBeInstanceOf(StoreRejected);
    await expect(open().put({ ...key, big: "x".repeat(410_000) })).rejects.toBeInstanceOf(StoreRejected);
  });

  test("pages through a partition both ways, by prefix", async () => {
    const pk = fresh();
    for (let n = 0; n < 7; n++) await open().put({ pk, sk: `M#${n}` });
    await open().put({ pk, sk: "OTHER" });
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let after: Awaited<ReturnType<ScannableTable["query"]>>["next"];
      do {
        const page = await open().query({ pk, prefix: "M#", limit: 3, descending, after, consistent: true });
        seen.push(...page.items.map(({ sk }) => sk));
        after = page.next;
      } while (after);
      const expected = Array.from({ length: 7 }, (_, n) => `M#${n}`);
      expect(seen).toEqual(descending ? expected.reverse() : expected);
    }
  });

  test("a page goes on after its last item was deleted", async () => {
    const pk = fresh();
    for (const sk of ["a", "b", "c"]) await open().put({ pk, sk });
    const page = await open().query({ pk, limit: 1 });
    await open().delete({ pk, sk: "a" });
    const rest = await open().query({ pk, limit: 5, after: page.next });
    expect(rest.items.map(({ sk }) => sk)).toEqual(["b", "c"]);
  });

  test("the index holds what has index keys, until they are removed", async () => {
    const group = fresh();
    for (const n of [2, 1, 3]) await open().put({ pk: `${group}${n}`, sk: "a", gsi1pk: group, gsi1sk: `t${n}`, n });
    await open().put({ pk: fresh(), sk: "a", n: 9 });
    const list = async () => {
      const page = await open().query({ pk: group, index: "gsi1", limit: 2, descending: true });
      const rest =
        page.next && (await open().query({ pk: group, index: "gsi1", limit: 2, descending: true, after: page.next }));
      return [...page.items, ...(rest?.items ?? [])].map(({ n }) => n);
    };
    expect(await list()).toEqual([3, 2, 1]);
    await open().update({ pk: `${group}2`, sk: "a" }, { remove: ["gsi1pk", "gsi1sk"] });
    expect(await list()).toEqual([3, 1]);
  });

  test("of 40 racing conditional writes one wins", async () => {
    const key = { pk: fresh(), sk: "a" };
    expect(await winners(Array.from({ length: 40 }, (_, n) => open().put({ ...key, n }, absent("pk"))))).toBe(1);
  });

  test("of 40 racing transactions one wins and no side write leaks", async () => {
    const pk = fresh();
    const race = Array.from({ length: 40 }, (_, n) =>
      open().transact([{ put: { pk, sk: "guard" }, when: absent("pk") }, { put: { pk, sk: `side${n}` } }]),
    );
    expect(await winners(race)).toBe(1);
    expect((await open().query({ pk, limit: 100, consistent: true })).items.length).toBe(2);
  });

  test("racing increments all count: conflicts are retried, not reported", async () => {
    const key = { pk: fresh(), sk: "a" };
    const side = (n: number) => ({ put: { pk: key.pk, sk: `s${n}` } });
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => open().transact([{ update: key, change: { add: { n: 1 } } }, side(n)])),
    );
    expect(await open().get(key)).toMatchObject({ n: 30 });
  });

  test("reads drop what TTL has ended and fill their pages all the same", async () => {
    const pk = fresh();
    const live = new LiveTable(open(), () => 1_000_000);
    for (let n = 0; n < 6; n++) await live.put({ pk, sk: `${n}`, ttl: n % 2 === 0 ? 1_000 : 1_001 });
    expect(await live.get({ pk, sk: "0" })).toBeUndefined();
    expect(await live.get({ pk, sk: "1" })).toBeDefined();
    const page = await live.query({ pk, limit: 3 });
    expect(page.items.map(({ sk }) => sk)).toEqual(["1", "3", "5"]);
  });
});

test("a write rides out a restart of the store", async () => {
  const port = await freePort();
  const away = new DynamoTable({
    url: `http://127.0.0.1:${port}`,
    region: "x",
    table: "restart",
    credentials,
    attempts: 12,
  });
  const created = ensureTable(away, { name: "restart", index: false, ttl: false, stream: false, recovery: false });
  await Bun.sleep(150);
  const back = await startDynoxide(port);
  expect(await created).toBe(true);
  await back.stop();
});

test("a transaction that was done by a store that died with its answer may be done or not", async () => {
  const key = { pk: crypto.randomUUID(), sk: "a" };
  let isFirst = true;
  // the answer never comes; the store that comes back has forgotten the token of the request
  const between = Bun.serve({
    port: await freePort(),
    fetch: async (request) => {
      const { ClientRequestToken: _, ...body } = (await request.json()) as Record<string, unknown>;
      const sent = { method: "POST", headers: request.headers, body: JSON.stringify(body) };
      const answer = await fetch(`http://127.0.0.1:${dynoxide.port}`, sent);
      if (isFirst) await Bun.sleep(400);
      isFirst = false;
      return answer;
    },
  });
  const options = { region: "x", table: shape.name, credentials, timeoutMs: 200 };
  const table = new DynamoTable({ ...options, url: between.url.href });
  const writes = [{ put: key, when: absent("pk") }];
  await expect(table.transact(writes)).rejects.toBeInstanceOf(StoreUnavailable);
  const patient = new DynamoTable({ ...options, timeoutMs: 10_000, url: between.url.href });
  await expect(patient.transact(writes)).rejects.toBeInstanceOf(TransactionCancelled);
  expect(await client.get(key)).toEqual(key);
  await between.stop(true);
});

test("a write rides out a restart of the store behind its socket", async () => {
  await walled.stop();
  const written = behind.put({ pk: "restart", sk: "a", n: 1 }).catch((error: unknown) => error);
  await Bun.sleep(100);
  walled = await startDynoxideBehind(socket);
  // it is in memory: that it says so shows that the write was tried again
  expect(await written).toBeInstanceOf(StoreRejected);
  expect(await ensureTable(behind, shape)).toBe(true);
  await behind.put({ pk: "restart", sk: "a", n: 1 });
});

test("a store that is away is unavailable, not empty", async () => {
  const gone = new DynamoTable({ url: "http://127.0.0.1:1", region: "x", table: "t", credentials, attempts: 2 });
  await expect(gone.get({ pk: "a", sk: "a" })).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(gone.put({ pk: "a", sk: "a" })).rejects.toBeInstanceOf(StoreUnavailable);
});
