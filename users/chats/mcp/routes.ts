import { createRoute } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import { Problem } from "../../platform/problems.ts";
import { type Emilia, platformApiOf } from "../emilia/answerers.ts";
import { tools } from "../emilia/reading/all.ts";
import * as schemas from "./schemas.ts";
import { mcpServer } from "./server.ts";

const path = "/mcp";
/** RFC 9728: the path of the resource stands behind the well-known one. */
const metadata = "/.well-known/oauth-protected-resource";
const scopes = ["flock:read", "evaluation:read", "genotype:read"];
const perMinute = { scope: "mcp", max: 120, windowSeconds: 60 };

/** The tools of Emilia for any assistant that speaks MCP: streamable HTTP, one message and one answer at a time. */
export function mcpRoutes(app: ServiceApp, platform: Platform, emilia: Emilia): ServiceApp {
  messageRoute(app, platform, emilia);
  sessionRoutes(app);
  metadataRoutes(app, platform);
  return app;
}

function messageRoute(app: ServiceApp, { need, limits, settings }: Platform, emilia: Emilia): void {
  const { BELLWETHER_PUBLIC_URL: publicUrl, allowedOrigins } = settings;
  const call = createRoute({
    method: "post",
    path,
    summary: "A message of the Model Context Protocol",
    security,
    middleware: [pointsToMetadata(publicUrl), need("flock:read")],
    request: { body: body(schemas.message) },
    responses: {
      200: { description: "The answer", content: json(schemas.reply) },
      202: { description: "A notification was taken" },
      ...problems(400, 401, 403, 413, 415, 422, 429),
    },
  });
  app.openapi(call, async (c) => {
    refuseForeign(c.req.header("origin"), allowedOrigins);
    await limits.take(perMinute, c.get("caller").uid);
    const api = platformApiOf(emilia)((c.req.header("authorization") ?? "").split(" ")[1] ?? "", c.req.raw.signal);
    const server = await mcpServer({ tools, publicUrl, context: async () => ({ api, now: emilia.clock }) });
    const { WebStandardStreamableHTTPServerTransport: Transport } = await import(
      "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"
    );
    const transport = new Transport({ enableJsonResponse: true });
    await server.connect(transport);
    const told = await transport.handleRequest(asSent(c.req.raw), { parsedBody: c.req.valid("json") });
    if (told.status === 202) return c.body(null, 202);
    const answer = await told.json();
    await server.close();
    if (told.status === 200) return c.json(schemas.reply.parse(answer), 200);
    throw new Problem(400, "mcp_refused", JSON.stringify(answer).slice(0, 500));
  });
}

/** The transport asks that a client takes a stream as well; ours gets JSON in any case. */
function asSent({ url, headers }: Request): Request {
  const version = headers.get("mcp-protocol-version");
  const own = { accept: "application/json, text/event-stream", "content-type": "application/json" };
  return new Request(url, { method: "POST", headers: { ...own, ...(version && { "mcp-protocol-version": version }) } });
}

/** A page in a browser sends an Origin; of a foreign one nothing is taken, whatever name it reached us by. */
function refuseForeign(origin: string | undefined, allowed: readonly string[]): void {
  if (origin !== undefined && !allowed.includes(origin))
    throw new Problem(403, "foreign_origin", "Pages of this origin may not call the platform.");
}

/** Who comes without a token learns where to get one. */
const pointsToMetadata =
  (publicUrl: string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    await next();
    const challenge = c.res.headers.get("www-authenticate");
    const where = `resource_metadata="${new URL(metadata + path, publicUrl)}"`;
    if (c.res.status === 401 && challenge) c.res.headers.set("www-authenticate", `${challenge}, ${where}`);
  };

/** There are no sessions and no streams of the server's own: each message carries its token. */
function sessionRoutes(app: ServiceApp): void {
  for (const method of ["get", "delete"] as const) {
    const route = createRoute({
      method,
      path,
      summary: "Not offered: there are no sessions",
      responses: problems(405),
    });
    app.openapi(route, () => {
      throw new Problem(405, "method_not_allowed", "Send messages by POST.", { headers: { allow: "POST" } });
    });
  }
}

function metadataRoutes(app: ServiceApp, { settings }: Platform): void {
  const { BELLWETHER_PUBLIC_URL: publicUrl } = settings;
  const document = {
    resource: new URL(path, publicUrl).href,
    resource_name: "bellwether",
    authorization_servers: [new URL("/oidc", publicUrl).href],
    scopes_supported: scopes,
    bearer_methods_supported: ["header"],
  };
  for (const address of [metadata, metadata + path]) {
    const route = createRoute({
      method: "get",
      path: address,
      summary: "Where an assistant gets a token",
      responses: { 200: { description: "Metadata of RFC 9728", content: json(schemas.resource) } },
    });
    app.openapi(route, (c) => c.json(document, 200, { "cache-control": "public, max-age=300" }));
  }
}
