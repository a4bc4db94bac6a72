import { invalidRequest, toProblem } from "../../platform/http/problem-answers.ts";
import type { FrameReader, Line } from "../../platform/sockets/frames.ts";
import type { Messages } from "../messages/service.ts";
import type { RunEvent } from "./models.ts";
import { frames } from "./schemas.ts";
import type { Runs } from "./service.ts";

/** Chats on the socket of a user: the same calls as over HTTP, answered by frames. */
export class ChatFrames implements FrameReader {
  readonly kinds = ["msg", "resume", "stop"];

  constructor(
    private readonly messages: Messages,
    private readonly runs: Runs,
  ) {}

  async receive(line: Line, sent: unknown): Promise<void> {
    const parsed = frames.safeParse(sent);
    if (!parsed.success) return refuse(line, invalidRequest(parsed.error, sent, "json"));
    const frame = parsed.data;
    try {
      if (frame.t === "msg") await this.say(line, frame);
      else if (frame.t === "resume") await this.send(line, frame.run, frame.after);
      else await this.runs.stop(line.caller.uid, frame.run);
    } catch (error) {
      refuse(line, error, "run" in frame ? { run: frame.run } : { id: frame.id });
    }
  }

  private async say(
    line: Line,
    { t, cid, language, ...message }: Extract<ReturnType<typeof frames.parse>, { t: "msg" }>,
  ) {
    const { uid, roles } = line.caller;
    const { isNew } = await this.messages.append(uid, cid, { ...message, role: "user" });
    line.send({ t: "ack", id: message.id, ...(!isNew && { dup: true }) });
    if (!isNew) return;
    const asked = { uid, roles, token: line.token, language };
    const { view } = await this.runs.start(asked, cid, { parent: message.id });
    line.send({ t: "run", run: view.run, id: message.id });
    await this.send(line, view.run, -1);
  }

  /** Deltas go out beside the frames that follow. */
  private async send(line: Line, run: string, after: number): Promise<void> {
    const events = await this.runs.follow(line.caller.uid, run, after, line.closed);
    void (async () => {
      try {
        for await (const event of events) line.send(frameOf(run, event));
      } catch (error) {
        refuse(line, error, { run });
      }
    })();
  }
}

function frameOf(run: string, event: RunEvent) {
  if ("d" in event) return { t: "delta", run, ...event };
  const { status, id, usage, code } = event.done;
  if (code !== null) return { t: "error", run, id, code };
  return { t: "done", run, id, usage, status, ...(status === "stopped" && { stopped: true }) };
}

function refuse(line: Line, error: unknown, about: object = {}): void {
  const { code, detail } = toProblem(error);
  line.send({ t: "error", ...about, code, detail });
}
