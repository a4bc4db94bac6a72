import { type Role, roles } from "../roles.ts";

/** Which role has which permission. A permission says whether; the farm and its consents say for which rows. */

export { type Role, roles };

export const permissions = [
  "profile:self",
  "profile:read",
  "session:self",
  "factor:self",
  "chat:use",
  "chat:share",
  "flock:read",
  "flock:write",
  "consent:grant",
  "genotype:read",
  "evaluation:read",
  "evaluation:run",
  "dataset:read",
  "dataset:publish",
  "analysis:run",
  "project:write",
  "import:read",
  "user:list",
  "user:role",
  "user:disable",
  "user:impersonate",
  "session:revoke:any",
  "audit:read",
  "metrics:read",
  "institution:write",
  "chat:hold",
  "key:rotate",
  "chip:keep",
] as const;
export type Permission = (typeof permissions)[number];

const everyone: Permission[] = [
  "profile:self",
  "profile:read",
  "session:self",
  "factor:self",
  "chat:use",
  "chat:share",
];

export const permissionsOf: Record<Role, readonly Permission[]> = {
  farmer: [
    ...everyone,
    "flock:read",
    "flock:write",
    "consent:grant",
    "genotype:read",
    "evaluation:read",
    "evaluation:run",
    "dataset:read",
    "analysis:run",
    "import:read",
  ],
  researcher: [
    ...everyone,
    "flock:read",
    "genotype:read",
    "evaluation:read",
    "evaluation:run",
    "dataset:read",
    "dataset:publish",
    "analysis:run",
    "project:write",
    "import:read",
  ],
  student: [...everyone, "evaluation:read", "dataset:read", "analysis:run"],
  administrator: [
    ...everyone,
    "user:list",
    "user:role",
    "user:disable",
    "user:impersonate",
    "session:revoke:any",
    "audit:read",
    "metrics:read",
    "institution:write",
    "chat:hold",
    "key:rotate",
    "chip:keep",
  ],
};

/** Instead of their roles it stands in the tokens of those whose roles need a second factor that they have not shown. */
export const enrolling = "enrolling";
/** As it is served: what may stand in a token, with its permissions. */
export const permissionsInTokens: Readonly<Record<string, readonly Permission[]>> = {
  ...permissionsOf,
  [enrolling]: ["factor:self"],
};

/** What a script or another service may be given: never the account, its sessions, or work on other people's. */
export const grantable = [
  "flock:read",
  "flock:write",
  "genotype:read",
  "evaluation:read",
  "evaluation:run",
  "dataset:read",
  "dataset:publish",
  "analysis:run",
  "project:write",
  "import:read",
  "chat:use",
] as const satisfies readonly Permission[];
export type Scope = (typeof grantable)[number];

/** Of these, what is done for one farm or another: all that a token for some farms only may be given. */
export const boundToFarms: readonly Permission[] = [
  "flock:read",
  "flock:write",
  "genotype:read",
  "evaluation:read",
  "evaluation:run",
  "import:read",
] satisfies Scope[];

/** Instead of roles it stands in the tokens of a program that acts for no user: it may nothing but where a route says so. */
export const programRole = "program";
/** What a program may be given for itself: figures of the platform, in which nobody is named. */
export const serviceScopes = ["metrics:read"] as const satisfies readonly Permission[];
export type ServiceScope = (typeof serviceScopes)[number];

/** What an administrator who acts as a user may look at: no chats, no factors, nothing of administrators. */
export const visible = [
  "profile:self",
  "profile:read",
  "session:self",
  "flock:read",
  "genotype:read",
  "evaluation:read",
  "dataset:read",
  "import:read",
] as const satisfies readonly Permission[];

type Narrowed = {
  roles: readonly string[];
  scopes?: readonly string[] | undefined;
  farms?: readonly string[] | undefined;
};

/** Whether a caller may: by a role, and by the token where it is narrower than the roles. */
export function may({ roles, scopes, farms }: Narrowed, wanted: Permission): boolean {
  const isNamed = scopes === undefined || scopes.includes(wanted);
  return allows(roles, wanted) && isNamed && (farms === undefined || boundToFarms.includes(wanted));
}

/** An unknown role has no permission. */
export function allows(held: readonly string[], permission: Permission): boolean {
  return held.some(
    (name) => Object.hasOwn(permissionsInTokens, name) && permissionsInTokens[name]?.includes(permission),
  );
}
