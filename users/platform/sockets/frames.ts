import type { Caller } from "../identity/tokens.ts";

/** The one WebSocket of a user carries the frames of several services; each reads its own. */

/** An authenticated socket, as the reader of a frame sees it: `caller` and `token` are those of the last `auth`. */
export interface Line {
  readonly caller: Caller;
  readonly token: string;
  /** Aborted when the socket is closed. */
  readonly closed: AbortSignal;
  send(frame: { t: string } & Record<string, unknown>): void;
}

export interface FrameReader {
  /** The values of `t` that this reader takes. */
  readonly kinds: readonly string[];
  /** Frames of one socket come in order: the next one waits for the end of this call. */
  receive(line: Line, frame: unknown): Promise<void>;
}
