import { Problem } from "../platform/problems.ts";

/** Says the same whatever was wrong: address, password or state of the account. */
export const wrongCredentials = () => new Problem(401, "wrong_credentials", "The email or the password is wrong.");
