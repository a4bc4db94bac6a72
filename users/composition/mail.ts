import type { Deliver } from "../platform/mail/mail.ts";
import { intoFolder, overSmtp } from "../platform/mail/transports.ts";
import type { Settings } from "../platform/settings.ts";

/** How messages leave this installation. */
export function deliverBy(settings: Settings): Deliver {
  const { BELLWETHER_SMTP_URL: url, BELLWETHER_MAIL_FOLDER: folder, BELLWETHER_MAIL_FROM: from } = settings;
  if (url) return overSmtp({ url, password: settings.smtpPassword, from });
  if (folder) return intoFolder(folder, from);
  return () => Promise.reject(new Error("Set BELLWETHER_SMTP_URL, or BELLWETHER_MAIL_FOLDER in development."));
}
