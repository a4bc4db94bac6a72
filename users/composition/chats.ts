import { ChatDays } from "../chats/analytics/repository.ts";
import { ChatAnalytics } from "../chats/analytics/service.ts";
import type { Answerer } from "../chats/answering.ts";
import { Contexts } from "../chats/context/service.ts";
import { summariesBy } from "../chats/context/summaries.ts";
import { tools } from "../chats/emilia/reading/all.ts";
import { Printing } from "../chats/exports/printing.ts";
import { Exports } from "../chats/exports/service.ts";
import { FolderRepository } from "../chats/folders/repository.ts";
import { Folders } from "../chats/folders/service.ts";
import { ImportRepository } from "../chats/imports/repository.ts";
import { Imports } from "../chats/imports/service.ts";
import { MessageRepository } from "../chats/messages/repository.ts";
import { Messages, type OnJudged } from "../chats/messages/service.ts";
import { ChatRepository } from "../chats/repository.ts";
import { RetentionRepository } from "../chats/retention/repository.ts";
import { Retention } from "../chats/retention/service.ts";
import type { ChatParts } from "../chats/routes.ts";
import type { RunParts } from "../chats/runs/driver.ts";
import { RunRepository } from "../chats/runs/repository.ts";
import { Runs } from "../chats/runs/service.ts";
import { Settling } from "../chats/runs/settling.ts";
import { ChatFrames } from "../chats/runs/sockets.ts";
import { SearchRepository } from "../chats/search/repository.ts";
import { Search } from "../chats/search/service.ts";
import { Chats, type DaysFor } from "../chats/service.ts";
import { ShareRepository } from "../chats/shares/repository.ts";
import { Shares } from "../chats/shares/service.ts";
import type { Platform } from "../platform/context.ts";
import type { Authenticator } from "../platform/identity/authenticator.ts";
import { type Caller, TokenRefused } from "../platform/identity/tokens.ts";
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
  const storedRetention = new RetentionRepository(table, clock, repository);
  const retention = new Retention({ repository: storedRetention, chats: repository, table, clock, log });
  const daysFor: DaysFor = (uid, wanted) => retention.daysFor(uid, wanted);
  const chats = new Chats(repository, keys, clock, settling.settle, daysFor);
  const analytics = analyticsOf(platform);
  const onJudged: OnJudged = (...given) => analytics.judged(...given);
  const messages = new Messages(stored, chats, keys, clock, messagesOfChat, onJudged);
  const summarise = settings.model && summariesBy(answerer);
  const contexts = new Contexts(repository, stored, keys, settings.CHATS_CONTEXT_TOKENS, summarise);
  const limit = { scope: "chat-runs", max: settings.CHATS_RUNS_LIMIT_USER, windowSeconds: 60 };
  const onEnd: RunParts["onEnd"] = (live, facts) => analytics.answered({ ...facts, ...live.measured() });
  const runParts = { repository: storedRuns, chats, settling, contexts, answerer, limits, limit, clock, log, onEnd };
  const runs = new Runs(runParts);
  const storedShares = new ShareRepository(table, clock, repository);
  const publicUrl = settings.BELLWETHER_PUBLIC_URL;
  const shareParts = {
    shares: storedShares,
    stored: repository,
    shapes: stored,
    chats,
    messages,
    keys,
    clock,
    publicUrl,
  };
  const shares = new Shares(shareParts);
  const search = new Search(new SearchRepository(table), repository, stored, keys);
  const storedFolders = new FolderRepository(table, settings.BELLWETHER_QUOTA_FOLDERS_OF_USER);
  const folders = new Folders(storedFolders, repository, keys, clock);
  const exports = new Exports(chats, messages, folders, new Printing());
  const storedImports = new ImportRepository(table, clock, repository);
  const imports = new Imports({ repository: storedImports, chats, folders, keys, clock, daysFor, messagesOfChat });
  const identify = (token: string) => themselves(authenticator, token);
  const frames = new ChatFrames(messages, runs);
  return { chats, messages, runs, shares, retention, search, exports, imports, analytics, folders, identify, frames };
}

function analyticsOf({ table, counts, clock }: Platform): ChatAnalytics {
  const topics = new Set(tools.map(({ name }) => name));
  return new ChatAnalytics(new ChatDays(table, clock), counts, topics, clock);
}

/** Whoever acts as a user reads none of their chats, nor those that were shared with them. */
async function themselves(authenticator: Authenticator, token: string): Promise<Caller> {
  const caller = await authenticator.caller(token);
  if (caller.actor) throw new TokenRefused();
  return caller;
}
