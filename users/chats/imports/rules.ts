import { type FieldError, Problem } from "../../platform/problems.ts";
import type { ChatFile, FileMessage } from "./schemas.ts";

const mostPartsBytes = 128 * 1024;
const mostErrors = 100;
/** Clocks of two machines differ. */
const aheadMs = 60_000;

type Fault = { field: string; code: string; message: string; fix: string };

/** What no schema can say of a file; each fault names its message, counted from 0, its field, the rule and what to do. */
export function faultsOf({ chat, messages }: ChatFile, now: number): FieldError[] {
  const places = new Map(messages.map(({ id }, at) => [id, at]));
  const errors = messages.flatMap((message, row) =>
    faultsOfMessage(message, row, places, now).map((fault) => ({
      row,
      ...fault,
      field: `messages.${row}.${fault.field}`,
    })),
  );
  return [...faultsOfChat(chat, messages, places, now), ...errors];
}

function faultsOfChat(
  chat: ChatFile["chat"],
  messages: readonly FileMessage[],
  places: Map<string, number>,
  now: number,
): FieldError[] {
  const faults: Fault[] = [];
  const headFix = "Give the id of a message of this file; null where it has none";
  if (chat.head_id === null ? messages.length > 0 : !places.has(chat.head_id))
    faults.push({ field: "head_id", code: "unknown_message", message: "must be a message of this file", fix: headFix });
  if (chat.active_run !== null)
    faults.push({
      field: "active_run",
      code: "unfinished",
      message: "an answer was under way when this file was written",
      fix: "Export the chat again when its answer is there",
    });
  if (Date.parse(chat.created_at) > Date.parse(chat.updated_at))
    faults.push({
      field: "created_at",
      code: "wrong_order",
      message: "must not lie after updated_at",
      fix: "Give the times of the export",
    });
  for (const field of ["created_at", "updated_at"] as const)
    if (Date.parse(chat[field]) > now + aheadMs) faults.push({ field, ...inTheFuture });
  return faults.map((fault) => ({ row: null, ...fault, field: `chat.${fault.field}` }));
}

function faultsOfMessage(message: FileMessage, row: number, places: Map<string, number>, now: number): Fault[] {
  const { id, parent, parts, created_at } = message;
  const faults = faultsOfAnswer(message);
  if (places.get(id) !== row)
    faults.push({
      field: "id",
      code: "repeated",
      message: "stands twice in this file",
      fix: "Give each message an id of its own",
    });
  // ids sort by time, and a question comes before its answer: so no message follows itself, at whatever distance
  if (parent !== null && (!places.has(parent) || parent >= id))
    faults.push({
      field: "parent",
      code: "unknown_message",
      message: "must be an earlier message of this file",
      fix: "Give the id of a message that is in this file and sorts before this one, or null",
    });
  if (JSON.stringify(parts).length > mostPartsBytes)
    faults.push({
      field: "parts",
      code: "too_long",
      message: `must be at most ${mostPartsBytes} bytes of JSON`,
      fix: "Leave figures out",
    });
  if (parts.some(({ type, href }) => type === "citation" && !(typeof href === "string" && /^\/(?!\/)/.test(href))))
    faults.push({
      field: "parts",
      code: "foreign_address",
      message: "must cite addresses of this platform",
      fix: "Give href a path that begins with /",
    });
  if (Date.parse(created_at) > now + aheadMs) faults.push({ field: "created_at", ...inTheFuture });
  return faults;
}

/** What only an answer may lack or have. */
function faultsOfAnswer({ role, content, feedback, note }: FileMessage): Fault[] {
  const faults: Fault[] = [];
  if (role === "user" && content === "")
    faults.push({
      field: "content",
      code: "too_short",
      message: "must have at least 1 character",
      fix: "Send a longer one",
    });
  if (role === "user" && (feedback ?? note) !== null)
    faults.push({
      field: "feedback",
      code: "not_an_answer",
      message: "only answers are judged",
      fix: "Give null for feedback and note",
    });
  if (feedback === null && note !== null)
    faults.push({
      field: "note",
      code: "without_feedback",
      message: "stands beside feedback only",
      fix: "Give feedback up or down, or null for note",
    });
  return faults;
}

const inTheFuture = {
  code: "in_the_future",
  message: "must not lie in the future",
  fix: "Give the time of the export",
};

export function refuseFaults(file: ChatFile, now: number): void {
  const errors = faultsOf(file, now);
  const [first] = errors;
  if (!first) return;
  const named = errors.slice(0, mostErrors).map((error) => ({ ...error, message: `${error.field} ${error.message}` }));
  const all = errors.length === 1 ? "One fault" : `${errors.length} faults`;
  throw new Problem(422, "invalid_chat_file", `${all} in this file, nothing of it was stored: ${named[0]?.message}.`, {
    errors: named,
  });
}
