import type { Message } from "../platform/mail/mail.ts";

/** The messages of this service. A secret stands in the fragment of its link, which no server and no log sees. */
export class Letters {
  constructor(private readonly publicUrl: string) {}

  verification(to: string, token: string): Message {
    return letter("address-verification", to, "Confirm your address", [
      "Please confirm that this address is yours:",
      this.link("verify", token),
      "The link works once, within a day. If you did not register, do nothing.",
    ]);
  }

  alreadyRegistered(to: string): Message {
    return letter("already-registered", to, "You have an account already", [
      "Somebody, perhaps you, registered with this address, which has an account already. Nothing has changed.",
      `If you have forgotten your password, ask for a new one: ${this.publicUrl}/account/forgot`,
    ]);
  }

  reset(to: string, token: string): Message {
    return letter("password-reset", to, "Choose a new password", [
      "Here you choose a new password:",
      this.link("reset", token),
      "The link works once, within 30 minutes. If you did not ask for it, do nothing: your password stays.",
    ]);
  }

  passwordChanged(to: string): Message {
    return letter("password-changed", to, "Your password was changed", [
      "The password of your account was changed, and all its sessions have ended.",
      "If that was not you, ask for a new password at once and tell an administrator.",
    ]);
  }

  emailChange(to: string, token: string): Message {
    return letter("email-change", to, "Confirm your new address", [
      "Please confirm that your account should have this address:",
      this.link("email", token),
      "The link works once, within an hour. If you did not ask for it, do nothing.",
    ]);
  }

  emailChanged(to: string): Message {
    return letter("email-changed", to, "The address of your account was changed", [
      "Your account has another address now, and all its sessions have ended.",
      "If that was not you, tell an administrator at once.",
    ]);
  }

  approved(to: string): Message {
    return letter("account-approved", to, "Your account is approved", [
      `You can sign in now: ${this.publicUrl}/account/sign-in`,
    ]);
  }

  denied(to: string, reason: string): Message {
    return letter("account-denied", to, "Your account was not approved", [`An administrator has said why: ${reason}`]);
  }

  lookedAt(to: string, reason: string, minutes: number): Message {
    return letter("impersonation", to, "An administrator looks at your account", [
      `For ${minutes} minutes an administrator sees what you see, and can change nothing. This is the reason that was given:`,
      reason,
      "In your account you see when it ends, and can end it at once.",
    ]);
  }

  private link(what: string, token: string): string {
    return `${this.publicUrl}/account/${what}#${what}=${token}`;
  }
}

export function letter(kind: string, to: string, subject: string, paragraphs: readonly string[]): Message {
  return { to, subject: `bellwether: ${subject}`, text: `${paragraphs.join("\n\n")}\n`, kind };
}
