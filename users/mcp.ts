import { readFileSync, statSync } from "node:fs";
import { PlatformApi } from "./chats/emilia/platform-api.ts";
import { tools } from "./chats/emilia/reading/all.ts";
import { OwnToken } from "./chats/mcp/own-token.ts";
import { mcpServer } from "./chats/mcp/server.ts";

/** The MCP server over standard input and output, with a token of the user who starts it. */

function given(): string {
  const path = process.env.BELLWETHER_TOKEN_FILE;
  if (!path) return process.env.BELLWETHER_TOKEN ?? "";
  if (statSync(path).mode & 0o077) throw new Error(`others can read ${path}: run chmod 600 on it`);
  return readFileSync(path, "utf8");
}

async function main(): Promise<void> {
  const url = process.env.BELLWETHER_URL || "http://localhost:8080";
  const token = given().trim();
  if (!token) throw new Error("set BELLWETHER_TOKEN_FILE or BELLWETHER_TOKEN to a personal access token");
  const own = new OwnToken({ url, given: token, now: Date.now });
  const context = async () => ({
    api: new PlatformApi({ urlOf: () => url, token: await own.current() }),
    now: Date.now,
  });
  const server = await mcpServer({ tools, context, publicUrl: url });
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
  server.onclose = () => process.exit(0);
  process.stdin.once("end", () => process.exit(0));
  await server.connect(new StdioServerTransport());
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
