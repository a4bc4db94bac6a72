import type { Answerer } from "../chats/answering.ts";
import { Contexts } from "../chats/context/service.ts";
import { MessageRepository } from "../chats/messages/repository.ts";
import { Messages } from "../chats/messages/service.ts";
import { ChatRepository } from "../chats/repository.ts";
import type { ChatParts } from "../chats/routes.ts";
import { RunRepository } from "../chats/runs/repository.ts";
import { Runs } from "../chats/runs/service.ts";
import { Settling } from "../chats/runs/settling.ts";
import { ChatFrames } from "../chats/runs/sockets.ts";
import { Chats } from "../chats/service.ts";
import type { Platform } from "../platform/context.ts";
import type { Authenticator } from "../platform/identity/authenticator.ts";
import { DataKeys } from "../platform/secrets/data-keys.ts";

/** The chats service, whole: also in a process that holds sockets and hosts no chats otherwise. */
export function chatParts(
  platform: Platform,
  authenticator: Authenticator,
  answerer: Answerer,
): ChatParts & { frames: ChatFrames } {
  const { table, keysTable, settings, clock, limits, log } = platform;
  const { BELLWETHER_QUOTA_CHATS_OF_USER: chatsOfUser, BELLWETHER_QUOTA_MESSAGES_OF_CHAT: messagesOfChat } = settings;
  const keys = new DataKeys(keysTable, settings.kek, clock);
  const repository = new ChatRepository(table, clock, { chatsOfUser, messagesOfChat });
  const stored = new MessageRepository(table, repository);
  const storedRuns = new RunRepository(table, clock, repository, stored);
  const settling = new Settling(storedRuns, keys, clock);
  const chats = new Chats(repository, keys, clock, settling.settle);
  const messages = new Messages(stored, chats, keys, clock, messagesOfChat);
  const contexts = new Contexts(repository, stored, keys, settings.CHATS_CONTEXT_TOKENS);
  const limit = { scope: "chat-runs", max: settings.CHATS_RUNS_LIMIT_USER, windowSeconds: 60 };
  const runs = new Runs({ repository: storedRuns, chats, settling, contexts, answerer, limits, limit, clock, log });
  const stillGood = (token: string) => authenticator.caller(token);
  return { chats, messages, runs, stillGood, frames: new ChatFrames(messages, runs) };
}
