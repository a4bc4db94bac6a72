import type { LanguageModel } from "ai";
import { credentialsFor } from "../../../platform/dynamo/credentials.ts";
import type { ModelSettings } from "../../../platform/settings.ts";

/** What an endpoint may send for one turn: a line without end would be kept whole. */
const mostBytes = 16_000_000;

/** The model of the settings. Its library is loaded now: a platform without a model never pays for it. */
export async function getModel({ at, name, key }: ModelSettings): Promise<LanguageModel> {
  if ("url" in at) {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const fetchHere = async (url: string | URL | Request, init?: RequestInit) =>
      bounded(await fetch(url, { ...init, redirect: "error" }));
    const open = { name: "model", baseURL: at.url, apiKey: key, includeUsage: true };
    return createOpenAICompatible({ ...open, fetch: Object.assign(fetchHere, fetch) })(name);
  }
  const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
  const chain = credentialsFor("https://bedrock-runtime.amazonaws.com", {});
  return createAmazonBedrock({ region: at.region, ...(key ? { apiKey: key } : { credentialProvider: chain }) })(name);
}

function bounded(answer: Response): Response {
  let left = mostBytes;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      left -= bytes.byteLength;
      if (left < 0) controller.error(new Error("the endpoint sends without end"));
      else controller.enqueue(bytes);
    },
  });
  const { status, statusText, headers } = answer;
  return new Response(answer.body?.pipeThrough(count) ?? null, { status, statusText, headers });
}
