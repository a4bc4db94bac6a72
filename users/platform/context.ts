import type { Need } from "./authenticate.ts";
import type { Clock } from "./clock.ts";
import type { ScannableTable } from "./dynamo/table.ts";
import type { Log } from "./logging.ts";
import type { Metrics } from "./metrics.ts";
import type { Cursors } from "./paging.ts";
import type { RateLimits } from "./ratelimit.ts";
import type { Settings } from "./settings.ts";

/** What the composition root hands to every service. */
export type Platform = {
  settings: Settings;
  clock: Clock;
  table: ScannableTable;
  keysTable: ScannableTable;
  log: Log;
  metrics: Metrics;
  need: Need;
  limits: RateLimits;
  cursors: Cursors;
};
