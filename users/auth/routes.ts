import type { Platform } from "../platform/context.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import { Carried } from "../platform/pages/carried.ts";
import { Forms } from "../platform/pages/forms.ts";
import { operatorRoutes } from "./accounts/operator-routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import type { Accounts } from "./accounts/service.ts";
import { addressRoutes } from "./addresses/routes.ts";
import type { Addresses } from "./addresses/service.ts";
import { administrationRoutes } from "./administration/routes.ts";
import type { Administration } from "./administration/service.ts";
import { type DiscoveryParts, discoveryRoutes } from "./discovery/routes.ts";
import { factorRoutes } from "./factors/routes.ts";
import type { Factors } from "./factors/service.ts";
import type { StepUp } from "./factors/step-up.ts";
import { identityRoutes } from "./identities/routes.ts";
import type { Identities } from "./identities/service.ts";
import { impersonationRoutes } from "./impersonation/routes.ts";
import type { Impersonations } from "./impersonation/service.ts";
import { type InstitutionRouteParts, institutionRoutes } from "./institutions/routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import { type LinkPageParts, linkPageRoutes } from "./pages/link-routes.ts";
import { signInPageRoutes } from "./pages/sign-in-routes.ts";
import { passkeyRoutes } from "./passkeys/routes.ts";
import type { Passkeys } from "./passkeys/service.ts";
import { type ProviderRouteParts, providerRoutes } from "./provider/routes.ts";
import { recoveryRoutes } from "./recovery/routes.ts";
import type { Recovery } from "./recovery/service.ts";
import { refreshCookieName } from "./signing-in/cookie.ts";
import { signingInRoutes } from "./signing-in/routes.ts";
import type { SigningIn } from "./signing-in/service.ts";
import { tokenRoutes } from "./tokens/routes.ts";
import type { Tokens } from "./tokens/service.ts";

export type AuthParts = DiscoveryParts & {
  signingIn: SigningIn;
  accounts: Accounts;
  addresses: Addresses;
  userAdministration: Administration;
  recovery: Recovery;
  tokens: Tokens;
  impersonations: Impersonations;
  factors: Factors;
  stepUp: StepUp;
  passkeys: Passkeys;
} & InstitutionRouteParts &
  ProviderRouteParts &
  Pick<LinkPageParts, "sessionOf" | "join"> & { identities: Identities };

/** The slices of the authentication service, mounted. */
export function authRoutes(platform: Platform, parts: AuthParts): ServiceApp {
  const app = newService();
  addDocument(app, "/api/v1/auth/openapi.json", "User Authentication Service");
  app.openAPIRegistry.registerComponent("securitySchemes", "refresh_cookie", {
    type: "apiKey",
    in: "cookie",
    name: refreshCookieName,
  });
  signingInRoutes(app, platform, parts.signingIn);
  accountRoutes(app, platform, parts.accounts);
  addressRoutes(app, platform, parts.addresses);
  administrationRoutes(app, platform, parts.userAdministration);
  recoveryRoutes(app, parts.recovery);
  operatorRoutes(app, platform, parts.accounts, parts.keys);
  discoveryRoutes(app, platform, parts);
  impersonationRoutes(app, platform, parts.impersonations);
  tokenRoutes(app, platform, parts.tokens);
  institutionRoutes(app, platform, parts);
  identityRoutes(app, platform, parts.institutions, parts.identities);
  factorRoutes(app, platform, parts.factors, parts.stepUp);
  passkeyRoutes(app, platform, parts.passkeys);
  providerRoutes(app, platform, parts);
  keyRoutes(app, platform, parts.keys);
  const forms = new Forms(platform.settings.kek, platform.settings.allowedOrigins);
  const carried = new Carried(platform.settings.kek, "/account/invitation");
  signInPageRoutes(app, { ...parts, forms });
  linkPageRoutes(app, { ...parts, forms, carried });
  return app;
}
