import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { originOf } from "../signing-in/origin.ts";
import { tokenView } from "../signing-in/schemas.ts";
import { sessionIn } from "../signing-in/views.ts";
import { changedView, codesView, confirmation, enrolmentView, factorsView, stepUpRequest } from "./schemas.ts";
import type { Factors } from "./service.ts";
import type { StepUp } from "./step-up.ts";

const fresh = { fresh: true } as const;

/** The second factors of the caller, but for passkeys; each change ends the other sessions and renews the caller's. */
export function factorRoutes(app: ServiceApp, platform: Platform, factors: Factors, stepUp: StepUp): void {
  stateRoute(app, platform, factors);
  totpRoutes(app, platform, factors);
  recoveryRoute(app, platform, factors);
  stepUpRoute(app, platform, stepUp);
}

function stateRoute(app: ServiceApp, { need }: Platform, factors: Factors): void {
  const state = createRoute({
    method: "get",
    path: "/api/v1/auth/mfa",
    summary: "Which second factors the caller has, and whether one is required",
    security,
    middleware: need("factor:self"),
    responses: { 200: { description: "The factors", content: json(factorsView) }, ...problems(401, 403) },
  });
  app.openapi(state, async (c) => {
    const { totp, passkeys, recoveryCodes, required } = await factors.state(c.get("caller").uid);
    return c.json({ totp, passkeys, recovery_codes_left: recoveryCodes, is_required: required }, 200);
  });
}

function totpRoutes(app: ServiceApp, { need, settings }: Platform, factors: Factors): void {
  const middleware = need("factor:self", fresh);
  const path = "/api/v1/auth/mfa/totp" as const;
  const enrol = createRoute({
    method: "post",
    path,
    summary: "Begin to enrol an authenticator app; it counts once a code of it has been confirmed",
    security,
    middleware,
    responses: { 200: { description: "For the app", content: json(enrolmentView) }, ...problems(401, 403, 409) },
  });
  app.openapi(enrol, async (c) => {
    const { secret, uri, qr, seconds } = await factors.enrol(c.get("caller"));
    return c.json({ secret, uri, qr_svg: qr, expires_in: seconds }, 200);
  });

  const confirm = createRoute({
    method: "post",
    path: `${path}/confirm`,
    summary: "Confirm the app by the code that it shows; with the first factor come recovery codes",
    security,
    middleware,
    request: { body: body(confirmation) },
    responses: {
      200: { description: "A new session", content: json(changedView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(confirm, async (c) => {
    const { session, codes } = await factors.confirm(c.get("caller"), c.req.valid("json").code, originOf(c));
    return c.json({ session: sessionIn(c, session, settings), recovery_codes: codes }, 200);
  });

  const remove = createRoute({
    method: "delete",
    path,
    summary: "Remove the authenticator app; the last factor stays where a role needs one",
    security,
    middleware,
    responses: { 200: { description: "A new session", content: json(tokenView) }, ...problems(401, 403, 404, 409) },
  });
  app.openapi(remove, async (c) =>
    c.json(sessionIn(c, await factors.removeTotp(c.get("caller"), originOf(c)), settings), 200),
  );
}

function recoveryRoute(app: ServiceApp, { need, settings }: Platform, factors: Factors): void {
  const replace = createRoute({
    method: "post",
    path: "/api/v1/auth/mfa/recovery-codes",
    summary: "Ten new recovery codes; the old ones are void",
    security,
    middleware: need("factor:self", fresh),
    responses: { 200: { description: "Shown this once", content: json(codesView) }, ...problems(401, 403, 409) },
  });
  app.openapi(replace, async (c) => {
    const { session, codes = [] } = await factors.replaceCodes(c.get("caller"), originOf(c));
    return c.json({ session: sessionIn(c, session, settings), recovery_codes: codes }, 200);
  });
}

function stepUpRoute(app: ServiceApp, { need, settings }: Platform, stepUp: StepUp): void {
  const route = createRoute({
    method: "post",
    path: "/api/v1/auth/step-up",
    summary: "Prove again who you are: a new session takes the place of this one",
    description: "Who has a second factor shows it; others their password. For passkeys ask /passkeys/options first.",
    security,
    middleware: need("factor:self"),
    request: { body: body(stepUpRequest) },
    responses: {
      200: { description: "A new session", content: json(tokenView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(route, async (c) => {
    const { password, second_factor: second } = c.req.valid("json");
    const session = await stepUp.stepUp(c.get("caller"), { password, second }, originOf(c));
    return c.json(sessionIn(c, session, settings), 200);
  });
}
