import type { UserView } from "./schemas.ts";
import type { SignedIn, StoredUser } from "./service.ts";

export const view = ({ uid, email, name, roles }: StoredUser): UserView => ({ id: uid, email, name, roles });

export function tokens(done: SignedIn, life: number) {
  const token_type = "Bearer" as const;
  return { access_token: done.accessToken, token_type, expires_in: life, user: view(done.user) };
}
