import { z } from "zod";
import type { CredentialSource } from "./credentials.ts";
import { Aliases, changeText, conditionText, keyConditionText } from "./expressions.ts";
import { Signer } from "./signing.ts";
import {
  type Attributes,
  alwaysRead,
  type Change,
  type Condition,
  ConditionFailed,
  type Item,
  type Key,
  type Page,
  type Query,
  type ScannableTable,
  StoreRejected,
  StoreUnavailable,
  TransactionCancelled,
  type Write,
} from "./table.ts";
import { fromWireMap, itemFromWire, toWireMap, type Wire } from "./values.ts";

export type ClientOptions = {
  url: string;
  /** The Unix socket behind which the store is; nobody but our own user can open it. */
  socket?: string | undefined;
  region: string;
  table: string;
  credentials: CredentialSource;
  timeoutMs?: number;
  attempts?: number;
  /** After which a call is given up, with all that was tried. */
  deadlineMs?: number;
  now?: () => number;
  onCall?: (operation: string, outcome: string) => void;
};

const wire = z.custom<Wire>((value) => typeof value === "object" && value !== null);
const wireMap = z.record(z.string(), wire);
const itemAnswer = z.object({ Item: wireMap.optional(), Attributes: wireMap.optional() });
const pageAnswer = z.object({ Items: z.array(wireMap).default([]), LastEvaluatedKey: wireMap.optional() });
const failure = z.object({
  __type: z.string().default("Unknown"),
  message: z.string().optional(),
  Message: z.string().optional(),
  Item: wireMap.optional(),
  CancellationReasons: z.array(z.object({ Code: z.string().default("None"), Item: wireMap.optional() })).default([]),
});
type Failure = z.infer<typeof failure>;

/** Nothing was written, so anything may be tried again. */
const throttled =
  /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TransactionConflict|TransactionInProgress/;
/** Whether it was written nobody knows: as after a lost answer. */
const unsure = /InternalServer|ServiceUnavailable/;

/** A retry after a lost answer is harmless for reads and for transactions, which carry a request token. */
const safeToRepeat = new Set(["GetItem", "Query", "Scan", "TransactWriteItems", "DescribeTable", "ListTables"]);

/** What `fetch` says of a port, and of a socket, behind which nobody listens. */
const refused = new Set(["ConnectionRefused", "FailedToOpenSocket"]);

/** DynamoDB over `fetch`, for one table. */
export class DynamoTable implements ScannableTable {
  private readonly signer: Signer;
  private readonly url: URL;
  private readonly now: () => number;
  private readonly timeoutMs: number;
  private readonly deadlineMs: number;

  constructor(private readonly options: ClientOptions) {
    this.signer = new Signer(options.region, "dynamodb");
    this.url = new URL(options.url);
    this.now = options.now ?? Date.now;
    this.timeoutMs = options.timeoutMs ?? 5_000;
    this.deadlineMs = options.deadlineMs ?? 2 * this.timeoutMs;
  }

  async get(key: Key, consistent = true): Promise<Item | undefined> {
    const answer = itemAnswer.parse(await this.call("GetItem", { ...this.at(key), ConsistentRead: consistent }));
    return answer.Item && itemFromWire(answer.Item);
  }

  async put(item: Item, when?: Condition): Promise<void> {
    await this.call("PutItem", { ...this.table(), Item: toWireMap(item), ...guarded(when), ...oldOnFailure(when) });
  }

  async update(key: Key, change: Change, when?: Condition): Promise<Item> {
    const body = { ...this.at(key), ...changed(change, when), ...oldOnFailure(when), ReturnValues: "ALL_NEW" };
    return itemFromWire(itemAnswer.parse(await this.call("UpdateItem", body)).Attributes ?? {});
  }

  async delete(key: Key, when?: Condition): Promise<Item | undefined> {
    const body = { ...this.at(key), ...guarded(when), ...oldOnFailure(when), ReturnValues: "ALL_OLD" };
    const answer = itemAnswer.parse(await this.call("DeleteItem", body));
    return answer.Attributes && itemFromWire(answer.Attributes);
  }

  async query(query: Query): Promise<Page> {
    const aliases = new Aliases();
    const KeyConditionExpression = keyConditionText(query, aliases);
    const names = query.only && [...alwaysRead, ...query.only].map((name) => aliases.name(name));
    const answer = await this.call("Query", {
      ...this.table(),
      KeyConditionExpression,
      ...(names && { ProjectionExpression: names.join(", ") }),
      ...aliases.fields(),
      ...(query.index && { IndexName: query.index }),
      ...(query.after && { ExclusiveStartKey: toWireMap(query.after) }),
      ...(query.consistent && { ConsistentRead: true }),
      Limit: query.limit,
      ScanIndexForward: !query.descending,
    });
    return toPage(answer);
  }

  async scan(limit: number, after?: Attributes): Promise<Page> {
    const start = after && { ExclusiveStartKey: toWireMap(after) };
    return toPage(await this.call("Scan", { ...this.table(), Limit: limit, ...start }));
  }

  async transact(writes: readonly Write[]): Promise<void> {
    await this.call("TransactWriteItems", {
      ClientRequestToken: crypto.randomUUID(),
      TransactItems: writes.map((write) => this.transactItem(write)),
    });
  }

  /** Any operation, also of the control plane; the data verbs above go through it. */
  async call(operation: string, body: object): Promise<unknown> {
    const text = JSON.stringify(body);
    const attempts = this.options.attempts ?? 8;
    const begun = performance.now();
    const left = () => begun + this.deadlineMs - performance.now();
    let isLost = false;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.once(operation, text, left());
      if (outcome.ok) return outcome.answer;
      // full jitter: waiting callers spread out instead of meeting again
      const pause = Math.random() * Math.min(1_000, 10 * 2 ** attempt);
      const last = attempt + 1 >= attempts || left() <= pause;
      if (outcome.failure) {
        const error = toError(outcome.failure);
        // a store that was restarted knows request tokens no more: what stands in the way may be our own first try
        if (isLost && error instanceof TransactionCancelled) throw new StoreUnavailable(`${operation}: done or not`);
        if (error || last) throw error ?? new StoreUnavailable(`${operation}: ${outcome.failure.__type}`);
      } else if (last || !(outcome.isUnsent || safeToRepeat.has(operation))) {
        throw new StoreUnavailable(`${operation} got no answer from ${this.options.table}`);
      } else {
        isLost ||= !outcome.isUnsent;
      }
      await Bun.sleep(pause);
    }
  }

  private async once(
    operation: string,
    body: string,
    leftMs: number,
  ): Promise<{ ok: true; answer: unknown } | { ok: false; failure?: Failure; isUnsent?: boolean }> {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
    const credentials = await this.options.credentials();
    try {
      const signed = this.signer.sign({ method: "POST", url: this.url, headers, body }, credentials, this.now());
      const signal = AbortSignal.timeout(Math.ceil(Math.max(1, Math.min(this.timeoutMs, leftMs))));
      const unix = this.options.socket && { unix: this.options.socket };
      const response = await fetch(this.url, { method: "POST", headers: signed, body, signal, ...unix });
      const answer: unknown = await response.json();
      this.options.onCall?.(operation, String(response.status));
      if (response.ok) return { ok: true, answer };
      const told = failure.parse(answer);
      return unsure.test(told.__type) ? { ok: false, isUnsent: false } : { ok: false, failure: told };
    } catch (error) {
      this.options.onCall?.(operation, "no_answer");
      // a refused connection carried nothing, so any operation may be tried again while the store restarts
      const isUnsent = error instanceof Error && "code" in error && refused.has(String(error.code));
      return { ok: false, isUnsent };
    }
  }

  private table() {
    return { TableName: this.options.table };
  }

  private at(key: Key) {
    return { ...this.table(), Key: toWireMap({ pk: key.pk, sk: key.sk }) };
  }

  private transactItem(write: Write) {
    const old = oldOnFailure(write.when);
    if ("put" in write) return { Put: { ...this.table(), Item: toWireMap(write.put), ...guarded(write.when), ...old } };
    if ("update" in write)
      return { Update: { ...this.at(write.update), ...changed(write.change, write.when), ...old } };
    if ("delete" in write) return { Delete: { ...this.at(write.delete), ...guarded(write.when), ...old } };
    return { ConditionCheck: { ...this.at(write.check), ...guarded(write.when), ...old } };
  }
}

function oldOnFailure(when: Condition | undefined) {
  return when ? { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } : {};
}

function guarded(when: Condition | undefined, aliases = new Aliases()) {
  return when ? { ConditionExpression: conditionText(when, aliases), ...aliases.fields() } : {};
}

function changed(change: Change, when: Condition | undefined) {
  const aliases = new Aliases();
  const UpdateExpression = changeText(change, aliases);
  return { UpdateExpression, ...guarded(when, aliases), ...aliases.fields() };
}

function toPage(answer: unknown): Page {
  const page = pageAnswer.parse(answer);
  return {
    items: page.Items.map(itemFromWire),
    next: page.LastEvaluatedKey && fromWireMap(page.LastEvaluatedKey),
  };
}

/** Returns undefined for a failure that is worth another try. */
function toError(failed: Failure): Error | undefined {
  const type = failed.__type.split("#").at(-1) ?? "";
  if (type === "ConditionalCheckFailedException") return new ConditionFailed(failed.Item && itemFromWire(failed.Item));
  if (type === "TransactionCanceledException") return cancelled(failed);
  if (throttled.test(type)) return undefined;
  return new StoreRejected(type, failed.message ?? failed.Message ?? "no message");
}

function cancelled(failed: Failure): Error | undefined {
  const reasons = failed.CancellationReasons.map(({ Code, Item }) => ({ code: Code, old: Item && itemFromWire(Item) }));
  const ours = reasons.some(({ code }) => code === "ConditionalCheckFailed" || code === "ValidationError");
  const passing = reasons.some(({ code }) => throttled.test(code));
  return passing && !ours ? undefined : new TransactionCancelled(reasons);
}
