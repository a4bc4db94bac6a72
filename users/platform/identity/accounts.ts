import type { Write } from "../dynamo/table.ts";

/** What other services may ask of the accounts; `composition/` passes it to them under these types. */
export interface AccountEnding {
  /** The writes after which an account is there for nobody; undefined when it is not there now. */
  closing(uid: string): Promise<readonly Write[] | undefined>;
}

export interface AccountAddress {
  /** The address that a user has proved to be theirs, whether they may sign in or not. */
  provedAddress(uid: string): Promise<string | null>;
}

export interface AccountStanding {
  /** Whether somebody may sign in to it now. */
  isOpen(uid: string): Promise<boolean>;
}

export interface Affiliations {
  /** The institutions at which a user has proved to be somebody. */
  institutionsOf(uid: string): Promise<readonly string[]>;
}

export interface AccountContact {
  /** The verified address of a user who may sign in; null of everybody else. */
  verifiedAddress(uid: string): Promise<string | null>;
}
