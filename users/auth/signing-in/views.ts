import { view } from "../accounts/views.ts";
import type { SignedIn } from "./service.ts";

export function tokens(done: SignedIn, life: number) {
  const token_type = "Bearer" as const;
  return { access_token: done.accessToken, token_type, expires_in: life, user: view(done.user) };
}
