import type { Clock } from "./clock.ts";
import type { DailyCounts } from "./dynamo/daily-counts.ts";
import type { ScannableTable } from "./dynamo/table.ts";
import type { Once } from "./http/idempotency.ts";
import type { Need } from "./http/need.ts";
import type { Cursors } from "./http/paging.ts";
import type { RateLimits } from "./http/rate-limits.ts";
import type { Mail } from "./mail/mail.ts";
import type { Outgoing } from "./outgoing/outgoing.ts";
import type { Settings } from "./settings.ts";
import type { Log } from "./telemetry/logging.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import type { Traces } from "./telemetry/traces.ts";

/** What the composition root hands to every service. */
export type Platform = {
  settings: Settings;
  clock: Clock;
  table: ScannableTable;
  keysTable: ScannableTable;
  log: Log;
  metrics: Metrics;
  traces: Traces;
  need: Need;
  once: Once;
  limits: RateLimits;
  cursors: Cursors;
  mail: Mail;
  outgoing: Outgoing;
  counts: DailyCounts;
};
