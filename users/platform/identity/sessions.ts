import type { Place } from "./places.ts";

/** What other services may ask of the sessions service; `composition/` passes it to them under these types. */

export type NewSession = {
  uid: string;
  epoch: number;
  roles: readonly string[];
  amr: readonly string[];
  acr: string;
  device: string;
  /** where the caller is, when a source of places says so */
  place?: Place | undefined;
  /** whether the device has signed in to this account before; undefined: nobody looked */
  isKnownDevice?: boolean | undefined;
  /** When it was proved who it is, seconds; absent: now. */
  authTime?: number | undefined;
};

export type LiveSession = {
  sid: string;
  uid: string;
  epoch: number;
  amr: readonly string[];
  acr: string;
  authTime: number;
};

/** `refreshToken` is handed out once; only its hash is stored. */
export type Issued = { session: LiveSession; refreshToken: string; maxAgeSeconds: number };
export type Rotation = ({ kind: "rotated" } & Issued) | { kind: "race" } | { kind: "refused" };
export type EndReason =
  | "logout"
  | "revoked"
  | "evicted"
  | "reuse"
  | "roles"
  | "disabled"
  | "password"
  | "factors"
  | "step_up"
  | "erased"
  | "administrator";

export interface SessionIssuer {
  issue(login: NewSession): Promise<Issued>;
  rotate(refreshToken: string): Promise<Rotation>;
  /** Ends one session of a user; false when it is not theirs or already over. */
  end(uid: string, sid: string, why: EndReason): Promise<boolean>;
  endByToken(refreshToken: string): Promise<boolean>;
  endAll(uid: string, why: EndReason, except?: string): Promise<number>;
}

export interface SessionChecker {
  /** One strongly consistent read: whether this session may still act. */
  isLive(sid: string, uid: string): Promise<boolean>;
}

export interface RevocationFeed {
  /** The sessions that ended at or after this second. */
  since(seconds: number): Promise<string[]>;
}
