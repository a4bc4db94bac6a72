import { compose } from "./composition/compose.ts";
import { ensureStores, openStores } from "./composition/stores.ts";
import { SigningKeys } from "./platform/identity/signing-keys.ts";
import { claim, StoresDoNotBelongTogether } from "./platform/secrets/belonging.ts";
import { readSettings } from "./platform/settings.ts";
import { newLog, reason } from "./platform/telemetry/logging.ts";

/** Makes both tables and the first signing keys, and erases anew whom a restore brought back; again changes nothing. */
const log = newLog("info");
try {
  const settings = readSettings(process.env);
  const stores = openStores(settings);
  await ensureStores(stores, settings, 30_000);
  await claim(stores, settings.kek, settings.BELLWETHER_PLATFORM_ID);
  await new SigningKeys(stores.table, settings.kek, Date.now, settings.AUTH_ACCESS_TOKEN_SECONDS).ensure();
  const { erasures } = compose([], { settings, clock: Date.now, log, ...stores });
  const again = await erasures.replay();
  if (again > 0) log("warning", "erased_again", { users: again });
  log("info", "setup_done");
} catch (error) {
  if (error instanceof StoresDoNotBelongTogether) {
    // EX_CONFIG of sysexits.h: another try would not help, and the last line says why
    console.error(error.message);
    process.exit(78);
  }
  log("error", "setup_failed", { reason: reason(error) });
  process.exit(1);
}
