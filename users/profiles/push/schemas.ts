import { z } from "@hono/zod-openapi";

const base64url = /^[A-Za-z0-9_-]+$/;
const example = {
  endpoint: "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn",
  keys: {
    p256dh: "BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds",
    auth: "5I2Bu2oKdyy9CwL8QVF0NQ",
  },
};
export const newSubscription = z
  .strictObject({
    endpoint: z.url().max(2_000),
    keys: z.strictObject({
      p256dh: z.string().length(87).regex(base64url, "is not base64url"),
      auth: z.string().length(22).regex(base64url, "is not base64url"),
    }),
  })
  .openapi("PushSubscription", { example });
const id = z
  .string()
  .regex(/^[\w-]{22}$/, "is not an id")
  .openapi({ example: "q0Zc2oYpT1iV7b3mJwKxAA" });
export const subscriptionPath = z.object({ id });
export const subscribedView = z.object({ id }).openapi("Subscribed");
export const subscriptionList = z
  .object({
    items: z.array(z.object({ id, service: z.string(), created_at: z.string() })),
    next: z.null(),
  })
  .openapi("PushSubscriptionList");
export const pushKeyView = z.object({ public_key: z.string() }).openapi("PushKey", { example: { public_key: "BN4G" } });
