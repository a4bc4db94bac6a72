import { z } from "@hono/zod-openapi";
import { receiptItem } from "./models.ts";

const at = "2027-03-01T06:00:00.000Z";
const example = { state: "running" as const, step: "chats", detail: null, begun_at: at, done_at: null };
const receipt = z.string().regex(/^[\w-]{32}$/, "is not a receipt");
const anyReceipt = "kSxLq0Zc2oYpT1iV7b3mJwKxkSxLq0Zc";

export const erasureView = receiptItem.openapi("Erasure", { example });
export const begunErasureView = receiptItem
  .extend({
    receipt: receipt.openapi({ description: "Shown once: with it, and without an account, the state is read" }),
  })
  .openapi("BegunErasure", { example: { ...example, receipt: anyReceipt } });
export const receiptRequest = z
  .strictObject({ receipt })
  .openapi("ReceiptRequest", { example: { receipt: anyReceipt } });
