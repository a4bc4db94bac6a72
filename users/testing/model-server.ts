/** A server that speaks the protocol of OpenAI's chat completions, with answers that a test writes. */

export type Call = { name: string; input: object };
export type Reply = {
  text?: string;
  calls?: Call[];
  finish?: string;
  status?: number;
  /** Instead of a stream. */
  garbage?: string;
  /** The same bytes again and again. */
  endless?: string;
  /** After so many words the connection ends: as if that were the end, or broken. */
  cut?: { after: number; how: "closed" | "broken" };
  /** Says nothing at all. */
  hangs?: boolean;
  /** Waits before each piece. */
  pieceMs?: number;
};
export type ModelRequest = {
  model: string;
  messages: { role: string; content: string | null }[];
  tools?: { function: { name: string } }[];
  tool_choice?: unknown;
  stream: boolean;
};

/** `replyTo` sees the request, the last reply of a list is given again and again. */
export function startModel(replyTo: Reply[] | ((request: ModelRequest) => Reply)) {
  const requests: ModelRequest[] = [];
  const keys: (string | null)[] = [];
  const stopped = Promise.withResolvers<void>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 30,
    async fetch(request) {
      const asked = (await request.json()) as ModelRequest;
      requests.push(asked);
      keys.push(request.headers.get("authorization"));
      request.signal.addEventListener("abort", () => stopped.resolve());
      const reply = Array.isArray(replyTo) ? replyTo[Math.min(requests.length, replyTo.length) - 1] : replyTo(asked);
      if (!reply || reply.status) return Response.json({ error: { message: "no" } }, { status: reply?.status ?? 500 });
      if (reply.hangs) return new Promise<Response>(() => undefined);
      if (reply.endless !== undefined) return new Response(endless(reply.endless), { headers: eventStream });
      if (reply.garbage !== undefined) return new Response(reply.garbage, { headers: eventStream });
      return new Response(streamOf(reply, asked.model, stopped.resolve), { headers: eventStream });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    requests,
    keys,
    stopped: stopped.promise,
    stop: () => server.stop(true),
  };
}

const eventStream = { "content-type": "text/event-stream" };

function endless(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text.repeat(1 + 65_536 / text.length));
  return new ReadableStream({
    async pull(controller) {
      await Bun.sleep(0);
      controller.enqueue(bytes);
    },
  });
}

function streamOf(reply: Reply, model: string, stopped: () => void): ReadableStream<Uint8Array> {
  const pieces = piecesOf(reply, model)[Symbol.iterator]();
  const encoder = new TextEncoder();
  let told = 0;
  return new ReadableStream({
    async pull(controller) {
      if (reply.pieceMs) await Bun.sleep(reply.pieceMs);
      // the first piece is the role
      if (reply.cut && told++ > reply.cut.after) {
        if (reply.cut.how === "closed") controller.close();
        else controller.enqueue(encoder.encode("data: {broken\n\n"));
        return;
      }
      const { value, done } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`data: ${value}\n\n`));
    },
    cancel: stopped,
  });
}

function* piecesOf({ text, calls, finish }: Reply, model: string): Iterable<string> {
  const chunk = (delta: object, end: string | null = null, more: object = {}) =>
    JSON.stringify({
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model,
      choices: [{ index: 0, delta, finish_reason: end }],
      ...more,
    });
  yield chunk({ role: "assistant" });
  for (const word of text?.split(/(?<= )/) ?? []) yield chunk({ content: word });
  for (const [index, { name, input }] of (calls ?? []).entries()) {
    const [head, tail] = [JSON.stringify(input).slice(0, 3), JSON.stringify(input).slice(3)];
    yield chunk({
      tool_calls: [
        { index, id: `t${index}-${crypto.randomUUID()}`, type: "function", function: { name, arguments: head } },
      ],
    });
    yield chunk({ tool_calls: [{ index, function: { arguments: tail } }] });
  }
  yield chunk({}, finish ?? (calls ? "tool_calls" : "stop"));
  yield JSON.stringify({
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  });
  yield "[DONE]";
}
