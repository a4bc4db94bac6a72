import { type Table, TransactionCancelled, type Write } from "./table.ts";

/** Whether the writes happened; false when a condition of one did not hold, and then none did. */
export async function committed(table: Table, writes: readonly Write[]): Promise<boolean> {
  try {
    await table.transact(writes);
    return true;
  } catch (error) {
    if (error instanceof TransactionCancelled && error.isRefusal) return false;
    throw error;
  }
}
