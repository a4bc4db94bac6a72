import { z } from "@hono/zod-openapi";

const id = z.union([z.string().max(200), z.number()]);

export const message = z
  .strictObject({
    jsonrpc: z.literal("2.0"),
    id: id.optional(),
    method: z.string().max(200),
    params: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi("McpMessage", { example: { jsonrpc: "2.0", id: 1, method: "tools/list" } });

export const reply = z
  .looseObject({ jsonrpc: z.literal("2.0"), id: id.optional() })
  .openapi("McpReply", { description: "A result or an error of JSON-RPC" });

export const resource = z
  .object({
    resource: z.string(),
    resource_name: z.string(),
    authorization_servers: z.array(z.string()),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
  })
  .openapi("ProtectedResource");
