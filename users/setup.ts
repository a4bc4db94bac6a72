import { ensureStores, openStores } from "./composition/stores.ts";
import { SigningKeys } from "./platform/identity/signing-keys.ts";
import { readSettings } from "./platform/settings.ts";
import { newLog, reason } from "./platform/telemetry/logging.ts";

/** Makes both tables and the first signing keys; running it again changes nothing. */
const log = newLog("info");
try {
  const settings = readSettings(process.env);
  const stores = openStores(settings);
  await ensureStores(stores, 30_000);
  await new SigningKeys(stores.table, settings.kek, Date.now, settings.AUTH_ACCESS_TOKEN_SECONDS).ensure();
  log("info", "setup_done");
} catch (error) {
  log("error", "setup_failed", { reason: reason(error) });
  process.exit(1);
}
