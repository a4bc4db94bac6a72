import type { LanguageModel } from "ai";
import { credentialsFor } from "../../../platform/dynamo/credentials.ts";
import type { ModelSettings } from "../../../platform/settings.ts";

/** The model of the settings. Its library is loaded now: a platform without a model never pays for it. */
export async function getModel({ at, name, key }: ModelSettings): Promise<LanguageModel> {
  if ("url" in at) {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const fetchHere = (url: string | URL | Request, init?: RequestInit) => fetch(url, { ...init, redirect: "error" });
    const open = { name: "model", baseURL: at.url, apiKey: key, includeUsage: true };
    return createOpenAICompatible({ ...open, fetch: Object.assign(fetchHere, fetch) })(name);
  }
  const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
  const chain = credentialsFor("https://bedrock-runtime.amazonaws.com", {});
  return createAmazonBedrock({ region: at.region, ...(key ? { apiKey: key } : { credentialProvider: chain }) })(name);
}
