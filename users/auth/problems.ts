import { Problem } from "../platform/problems.ts";

/** Used, too old, or of an account that has changed: whoever holds it learns no more. */
export const linkRefused = () =>
  new Problem(400, "link_refused", "The link was used or is too old: ask for another one.");

/** Says the same whatever was wrong: address, password or state of the account. */
export const wrongCredentials = () => new Problem(401, "wrong_credentials", "The email or the password is wrong.");
