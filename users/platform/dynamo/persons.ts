import * as keys from "./keys.ts";
import { absent, all, type CheckWrite, present } from "./table.ts";

/** Goes into the transaction of whatever is written for a user: nothing is, once they are being erased. */
export const standing = (uid: string): CheckWrite => ({
  check: keys.user(uid),
  when: all(present("pk"), absent("erasing")),
});
