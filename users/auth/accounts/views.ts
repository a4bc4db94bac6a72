import type { StoredUser } from "./models.ts";
import type { UserView } from "./schemas.ts";

export const view = ({ uid, email, name, roles }: StoredUser): UserView => ({ id: uid, email, name, roles });
