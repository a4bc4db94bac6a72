import type { z } from "zod";

/** Services that tools read. */
export type Read = "farm" | "genetics";

export type Reach = {
  urlOf: (service: Read) => string;
  /** The access token of the caller: the services decide by it which rows there are. */
  token: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  signal?: AbortSignal;
  timeoutMs?: number;
  maxBytes?: number;
};

/** The platform could not be read; the message may be shown to whoever asked. */
export class ToolFailed extends Error {
  override name = "ToolFailed";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | undefined>;

/** The platform's own interface, read with the rights of the caller: it knows no way to change anything. */
export class PlatformApi {
  constructor(private readonly reach: Reach) {}

  get<T>(path: string, answer: z.ZodType<T>, query: Query = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return this.call(search ? `${path}?${search}` : path, { method: "GET" }, answer);
  }

  /** A POST that only asks: each such address ends in `/query`. */
  query<T>(path: `${string}/query`, body: object, answer: z.ZodType<T>): Promise<T> {
    const headers = { "content-type": "application/json" };
    return this.call(path, { method: "POST", body: JSON.stringify(body), headers }, answer);
  }

  private async call<T>(path: string, init: RequestInit, answer: z.ZodType<T>): Promise<T> {
    const { token, timeoutMs = 10_000, maxBytes = 4_000_000 } = this.reach;
    const url = this.reach.urlOf(serviceOf(path)).replace(/\/$/, "") + path;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(this.reach.signal ? [this.reach.signal] : [])]);
    const headers = { ...init.headers, accept: "application/json", authorization: `Bearer ${token}` };
    let status: number;
    let text: string;
    try {
      const got = await (this.reach.fetch ?? fetch)(url, { ...init, headers, signal, redirect: "error" });
      status = got.status;
      text = await textOf(got, maxBytes);
    } catch (error) {
      if (error instanceof ToolFailed || this.reach.signal?.aborted) throw error;
      throw new ToolFailed("platform_unavailable", "The platform did not answer in time. Try again in a moment.");
    }
    if (status !== 200) throw refused(status, text);
    const parsed = answer.safeParse(json(text));
    if (!parsed.success) throw new ToolFailed("unexpected_answer", `The answer of ${path} is not what was expected.`);
    return parsed.data;
  }
}

const serviceOf = (path: string): Read => (path.startsWith("/api/v1/genetics/") ? "genetics" : "farm");

async function textOf(answer: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new ToolFailed("too_large", "There is more of it than can be read at once: ask for less.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(status: number, text: string): ToolFailed {
  const told = json(text);
  const detail = told && typeof told === "object" && "detail" in told ? String(told.detail).slice(0, 300) : "";
  if (status === 401) return new ToolFailed("not_authenticated", "Your sign-in has ended: sign in again.");
  if (status === 403) return new ToolFailed("not_allowed", `Your rights do not allow this. ${detail}`.trim());
  if (status === 404) return new ToolFailed("not_found", "There is no such record among those that you may see.");
  if (status === 429) return new ToolFailed("too_many_requests", "Too many questions at once. Try again in a moment.");
  if (status >= 500) return new ToolFailed("platform_unavailable", "The platform cannot answer now. Try again later.");
  return new ToolFailed("refused", detail || `The platform refused the question with status ${status}.`);
}
