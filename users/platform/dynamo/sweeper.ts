import { type Clock, seconds } from "../clock.ts";
import { randomText } from "../ids.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import { holdLease } from "./leases.ts";
import { ConditionFailed, equal, type Item, type ScannableTable } from "./table.ts";

const everyMs = 60_000;
const leaseSeconds = 90;
const pageSize = 500;

/** Deletes expired items for stores that do not do so themselves; one process at a time. Returns how to stop it. */
export function startSweeper(table: ScannableTable, clock: Clock, log: Log): () => Promise<void> {
  const owner = randomText(9);
  let running = Promise.resolve();
  const round = async () => {
    try {
      if (!(await holdLease(table, clock, "sweeper", owner, leaseSeconds))) return;
      const swept = await sweep(table, clock);
      if (swept > 0) log("info", "swept", { items: swept });
    } catch (error) {
      log("warning", "sweep_failed", { reason: reason(error) });
    }
  };
  const timer = setInterval(() => {
    running = running.then(round);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

export async function sweep(table: ScannableTable, clock: Clock): Promise<number> {
  let swept = 0;
  let after: Awaited<ReturnType<ScannableTable["scan"]>>["next"];
  do {
    const page = await table.scan(pageSize, after);
    for (const item of page.items)
      if (typeof item.ttl === "number" && item.ttl <= seconds(clock)) swept += await remove(table, item, item.ttl);
    after = page.next;
  } while (after);
  return swept;
}

/** An item that was extended since it was seen survives. */
async function remove(table: ScannableTable, item: Item, seen: number): Promise<number> {
  try {
    await table.delete({ pk: item.pk, sk: item.sk }, equal("ttl", seen));
    return 1;
  } catch (error) {
    if (error instanceof ConditionFailed) return 0;
    throw error;
  }
}
