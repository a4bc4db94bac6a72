import type { Write } from "../dynamo/table.ts";

/** What other services may ask of the accounts; `composition/` passes it to them under this type. */
export interface AccountEnding {
  /** The writes after which an account is there for nobody; undefined when it is not there now. */
  closing(uid: string): Promise<readonly Write[] | undefined>;
}
