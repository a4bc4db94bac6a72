import { normalAddress } from "../addresses.ts";
import { hash } from "../hashes.ts";
import type { Key } from "./table.ts";

/** Every key of both tables. Only repositories and platform stores call these; nobody else knows a key string. */

const key = (pk: string, sk: string): Key => ({ pk, sk });
const minuteOf = (seconds: number) => Math.floor(seconds / 60);

export const user = (uid: string) => key(`USER#${uid}`, "A");
export const userIndex = (uid: string) => `USERS#${hash(uid).charCodeAt(0) % 8}`;
export const userIndexes = Array.from({ length: 8 }, (_, shard) => `USERS#${shard}`);
export const emailGuard = (email: string) => key(`EMAIL#${normalAddress(email)}`, "E");
export const platform = () => key("SYS#PLATFORM", "ID");
export const administrators = () => key("SYS#ADMINISTRATORS", "N");

export const tokenPrefix = "TOKEN#";
export const token = (uid: string, place: number) => key(`USER#${uid}`, `${tokenPrefix}${place}`);

export const impersonationPrefix = "IMPERSONATION#";
export const impersonation = (uid: string, id: string) => key(`USER#${uid}`, `${impersonationPrefix}${id}`);

export const institution = (id: string) => key("SYS#INSTITUTIONS", id);
export const flow = (stateHash: string) => key(`OAUTH#${stateHash}`, "C");
export const oidc = (kind: string, idHash: string) => key(`OIDC#${kind}#${idHash}`, "O");
export const oidcOfGrant = (grantHash: string, member: string) => key(`OIDCGRANT#${grantHash}`, member);
export const oidcPointer = (by: string, kind: string, valueHash: string) => key(`OIDC#${by}#${kind}#${valueHash}`, "P");
/** A program that was allowed in a session. */
export const oidcOfSession = (sid: string, client: string) => key(`OIDCSESSION#${sid}`, client);
export const logoutQueue = "LOGOUT#QUEUE";
export const logout = (due: string, id: string) => key(logoutQueue, `${due}#${id}`);
export const oidcClient = (id: string) => key("SYS#OIDCCLIENTS", id);
export const federated = (id: string) => key(`FED#${id}`, "F");
export const identityPrefix = "F#";
export const identity = (uid: string, id: string) => key(`USER#${uid}`, `${identityPrefix}${id}`);

/** A secret in a mailed link, for one kind of use. */
export const linkIndex = (uid: string) => `U#${uid}#LINK`;
export const link = (kind: string, token: string) => key(`LINK#${kind}#${hash(token)}`, "C");

export const slotPrefix = "SLOT#";
export const slot = (uid: string, index: number) => key(`USER#${uid}`, `${slotPrefix}${index}`);
export const lastSignIn = (uid: string) => key(`USER#${uid}`, "SIGNIN");
export const session = (sid: string) => key(`SESS#${sid}`, "S");
export const revoked = (seconds: number, sid: string) => key(`REVOKED#${minuteOf(seconds)}`, sid);

export const mfaChallenge = (hashed: string) => key(`MFA#${hashed}`, "C");
export const webauthnChallenge = (hashed: string) => key(`WAC#${hashed}`, "C");
export const passkeyPrefix = "PK#";
export const passkey = (uid: string, id: string) => key(`USER#${uid}`, `${passkeyPrefix}${id}`);
export const passkeyOwner = (id: string) => key(`CRED#${id}`, "C");

export const profile = (uid: string) => key(`USER#${uid}`, "P");
export const activityPrefix = "ACT#";
export const activity = (uid: string, at: string, id: string) => key(`USER#${uid}`, `${activityPrefix}${at}#${id}`);
export const consents = (uid: string) => key(`USER#${uid}`, "CONSENTS");
export const consentIndex = "CONSENTS";
export const accountExport = (uid: string) => key(`USER#${uid}`, "EXPORT");
export const exportPrefix = "EXPORT#";
export const exportChunk = (uid: string, id: string, n: number) =>
  key(`USER#${uid}`, `${exportPrefix}${id}#${String(n).padStart(6, "0")}`);
export const exportsPartition = "EXPORTS";
export const waitingExport = (uid: string) => key(exportsPartition, uid);
export const deliveriesPartition = "DELIVERIES";
/** Sorted by the second from which it may go. */
export const delivery = (due: number, uid: string, id: string, channel: string) =>
  key(deliveriesPartition, `${String(due).padStart(11, "0")}#${uid}#${id}#${channel}`);
export const pushPrefix = "PUSH#";
export const pushSubscription = (uid: string, id: string) => key(`USER#${uid}`, `${pushPrefix}${id}`);
export const pushKey = () => key("SYS#PUSH", "K");
/** Of who wants a notice by other ways than in the application: that it was told. */
export const toldElsewhere = (uid: string, id: string) => key(`USER#${uid}`, `TOLD#${id}`);
export const notificationPrefix = "N#";
export const notification = (uid: string, id: string) => key(`USER#${uid}`, `${notificationPrefix}${id}`);
export const unreadIndex = (uid: string) => `U#${uid}#UNREAD`;
export const memberPrefix = "MEMBER#";
export const member = (farmId: string, uid: string) => key(`FARM#${farmId}`, `${memberPrefix}${uid}`);

/** What was last heard of a farm. */
export const farmNews = (farmId: string) => key(`FARM#${farmId}`, "NEWS");

/** The same membership from the side of its user. */
export const farmPrefix = "FARM#";
export const farmOf = (uid: string, farmId: string) => key(`USER#${uid}`, `${farmPrefix}${farmId}`);

export const chat = (cid: string) => key(`CONV#${cid}`, "META");
export const chatCount = (uid: string) => key(`USER#${uid}`, "CHATS");
export const chatIndex = (uid: string) => `U#${uid}#CONV`;
export const goneChatIndex = (uid: string) => `U#${uid}#GONE`;
export const messagePrefix = "M#";
export const message = (cid: string, id: string) => key(`CONV#${cid}`, `${messagePrefix}${id}`);
export const run = (uid: string, id: string) => key(`USER#${uid}`, `RUN#${id}`);
export const deltasPrefix = (id: string) => `R#${id}#`;
export const deltas = (cid: string, id: string, first: number) =>
  key(`CONV#${cid}`, `${deltasPrefix(id)}${String(first).padStart(8, "0")}`);
export const share = (id: string) => key(`SHARE#${id}`, "S");
export const shareIndex = (uid: string) => `U#${uid}#SHARE`;
export const searchPrefix = "SRCH#";
/** What can be found of a chat: one item of it all, and one of each message that is not in that yet. */
export const searchOf = (cid: string) => `${searchPrefix}${cid}#`;
export const searched = (uid: string, cid: string, part: string) => key(`USER#${uid}`, `${searchOf(cid)}${part}`);
/** Which chat, and what of it, an entry is of. */
export function searchedBy(sk: string): { cid: string; part: string } {
  const [, cid = "", ...part] = sk.split("#");
  return { cid, part: part.join("#") };
}
export const folderPrefix = "FOLDER#";
export const folderCount = (uid: string) => key(`USER#${uid}`, "FOLDERS");
export const folder = (uid: string, id: string) => key(`USER#${uid}`, `${folderPrefix}${id}`);
export const chatPolicy = (uid: string) => key(`USER#${uid}`, "CHATPOLICY");
export const chatJobs = "JOBS#chats";
export const chatJob = (id: string) => key(chatJobs, id);
/** Chats that are hidden already and whose content is not all deleted yet. */
export const chatRemovals = "JOBS#chat-removals";
export const chatRemoval = (cid: string) => key(chatRemovals, cid);
export const chatDayPrefix = "CHATDAY#";
export const chatDay = (uid: string, dayText: string) => key(`USER#${uid}`, `${chatDayPrefix}${dayText}`);
export const institutionPolicies = "SYS#CHATPOLICY";
export const institutionPolicy = (name: string) => key(institutionPolicies, name);
/** What goes with a chat: its messages and what its runs have said. */
export const chatContent = [messagePrefix, "R#"];

export const rateLimit = (scope: string, who: string, window: number) => key(`RL#${scope}#${hash(who)}#${window}`, "R");
export const idempotency = (uid: string, scope: string, given: string) =>
  key(`USER#${uid}`, `IDEM#${scope}#${hash(given)}`);
export const inbox = (consumer: string, eventId: string) => key(`INBOX#${consumer}#${eventId}`, "I");
export const outboxPartition = (service: string) => `OUTBOX#${service}`;
export const outbox = (service: string, id: string) => key(outboxPartition(service), id);
export const audit = (uid: string, at: string, id: string) => key(`AUD#${uid}#${at.slice(0, 7)}`, id);
/** Sorted by the time from which on a message may leave. */
export const mailQueue = "MAIL#QUEUE";
export const mail = (due: string, id: string) => key(mailQueue, `${due}#${id}`);
export const countersOf = (dayText: string) => `MET#${dayText}`;
export const counter = (dayText: string, name: string, shard: number) => key(countersOf(dayText), `${name}#${shard}`);
export const lease = (name: string) => key(`LEASE#${name}`, "L");
export const signingKey = (place: "next" | "current" | "prev") => key("SYS#KEYS", `K#${place}`);
export const signingKeys = { pk: "SYS#KEYS", prefix: "K#" };

export const erasuresPartition = "ERASURES";
export const erasure = (uid: string) => key(erasuresPartition, uid);
export const erasureReceipt = (receipt: string) => key(`RECEIPT#${hash(receipt)}`, "E");
/** In the table of keys, which no restore of the users' table takes back. */
export const ledgerPartition = "ERASED";
export const ledger = (uid: string) => key(ledgerPartition, uid);
export const dataKeyPrefix = "DEK#";
export const dataKey = (uid: string, version: number) => key(`USER#${uid}`, `DEK#${version}`);
