import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { accepted } from "../accounts/schemas.ts";
import { addressWanted, linkUse } from "./schemas.ts";
import type { Addresses } from "./service.ts";

const acceptedAnswer = { description: "Accepted", content: json(accepted) };
const done = { status: "accepted" } as const;

/** Addresses are proved and changed by links that are mailed to them. */
export function addressRoutes(app: ServiceApp, platform: Platform, addresses: Addresses): void {
  verificationRoutes(app, addresses);
  changeRoutes(app, platform, addresses);
}

function verificationRoutes(app: ServiceApp, addresses: Addresses): void {
  const verify = createRoute({
    method: "post",
    path: "/api/v1/auth/verify-email",
    summary: "Confirm an address by the secret of the link that was mailed to it",
    request: { body: body(linkUse) },
    responses: { 204: { description: "Verified" }, ...problems(400, 413, 415, 422, 429) },
  });
  app.openapi(verify, async (c) => {
    await addresses.verify(c.req.valid("json").token, c.get("address"));
    return c.body(null, 204);
  });

  const resend = createRoute({
    method: "post",
    path: "/api/v1/auth/verify-email/resend",
    summary: "Mail another link; the answer is the same for known and unknown addresses",
    request: { body: body(addressWanted) },
    responses: { 202: acceptedAnswer, ...problems(400, 413, 415, 422, 429) },
  });
  app.openapi(resend, async (c) => {
    await addresses.resend(c.req.valid("json").email, c.get("address"));
    return c.json(done, 202);
  });
}

function changeRoutes(app: ServiceApp, { need }: Platform, addresses: Addresses): void {
  const change = createRoute({
    method: "post",
    path: "/api/v1/auth/email",
    summary: "Ask for another address: a link is mailed to it, and nothing changes before it is opened",
    security,
    middleware: need("session:self", { fresh: true, aal2: true }),
    request: { body: body(addressWanted) },
    responses: { 202: acceptedAnswer, ...problems(400, 401, 403, 413, 415, 422) },
  });
  app.openapi(change, async (c) => {
    await addresses.askForChange(c.get("caller").uid, c.req.valid("json").email);
    return c.json(done, 202);
  });

  const confirm = createRoute({
    method: "post",
    path: "/api/v1/auth/email/confirm",
    summary: "Take the new address by the secret of its link; all sessions end and the old address is told",
    request: { body: body(linkUse) },
    responses: { 204: { description: "Changed" }, ...problems(400, 409, 413, 415, 422, 429) },
  });
  app.openapi(confirm, async (c) => {
    await addresses.change(c.req.valid("json").token, c.get("address"));
    return c.body(null, 204);
  });
}
