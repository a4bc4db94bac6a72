import { Accounts, type AccountsParts } from "../auth/accounts/service.ts";
import { AddressRepository } from "../auth/addresses/repository.ts";
import { Addresses } from "../auth/addresses/service.ts";
import { AdministrationRepository } from "../auth/administration/repository.ts";
import { Administration } from "../auth/administration/service.ts";
import { Letters } from "../auth/letters.ts";
import { LinkRepository } from "../auth/links/repository.ts";
import { BreachedPasswords } from "../auth/passwords/breached.ts";
import { PasswordPolicy } from "../auth/passwords/policy.ts";
import type { AdmissionPolicy } from "../auth/policy.ts";
import { RecoveryRepository } from "../auth/recovery/repository.ts";
import { Recovery } from "../auth/recovery/service.ts";
import type { Platform } from "../platform/context.ts";
import type { SecondFactor } from "../platform/identity/second-factor.ts";
import type { Settings } from "../platform/settings.ts";

type Shared = Omit<AccountsParts, "addresses" | "allowed" | "letters" | "mail"> & { factor: SecondFactor };

/** What people and administrators do about accounts. */
export function accountsOf({ settings, table, mail }: Platform, given: Shared) {
  const { clock } = given;
  const allowed = {
    change: { scope: "password-change", max: settings.AUTH_LOGIN_LIMIT_ACCOUNT, windowSeconds: 300 },
    register: { scope: "register-address", max: settings.AUTH_REGISTER_LIMIT_ADDRESS, windowSeconds: 600 },
    links: { scope: "link-address", max: settings.AUTH_REGISTER_LIMIT_ADDRESS, windowSeconds: 600 },
    mail: { scope: "mail-account", max: 5, windowSeconds: 3_600 },
    factor: { scope: "reset-factor", max: 5, windowSeconds: 3_600 },
  };
  const letters = lettersOf(settings);
  const shared = { ...given, allowed, mail, letters, links: new LinkRepository(table, clock) };
  const addresses = new Addresses({ ...shared, repository: new AddressRepository(table, clock) });
  const recovery = new Recovery({ ...shared, repository: new RecoveryRepository(table, clock) });
  const administered = new AdministrationRepository(table, clock);
  const userAdministration = new Administration({ ...shared, repository: administered });
  return { userAdministration, accounts: new Accounts({ ...shared, addresses }), addresses, recovery };
}

/** A list of breached passwords that cannot be used stops the start. */
export function passwordPolicyOf({ settings, log }: Platform): PasswordPolicy {
  const { BELLWETHER_POLICY_BREACHED_PASSWORDS: path } = settings;
  return new PasswordPolicy(path === undefined ? undefined : new BreachedPasswords(path), log);
}

/** Who may come in, as the operator says. */
export function admissionOf({
  BELLWETHER_POLICY_VERIFICATION: verification,
  BELLWETHER_POLICY_APPROVAL: asked,
}: Settings): AdmissionPolicy {
  if (asked === "everyone") return { verification, approval: "everyone" };
  const domains = asked.split(",").map((domain) => domain.trim().toLowerCase());
  return { verification, approval: asked === "none" ? [] : domains };
}

export const lettersOf = ({ BELLWETHER_PUBLIC_URL: url }: Settings): Letters => new Letters(url.replace(/\/$/, ""));
