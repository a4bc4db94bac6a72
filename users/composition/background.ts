import type { BackchannelLogout } from "../auth/provider/logout/service.ts";
import { startSweeper } from "../platform/dynamo/sweeper.ts";
import { Bus } from "../platform/events/bus.ts";
import type { CloudEvent, Outcome, Subscriber } from "../platform/events/cloud-event.ts";
import { Consumer } from "../platform/events/consumer.ts";
import { Relay } from "../platform/events/relay.ts";
import { startCourier } from "../platform/mail/courier.ts";
import type { ServiceName, Settings } from "../platform/settings.ts";
import type { Log } from "../platform/telemetry/logging.ts";
import { reason } from "../platform/telemetry/logging.ts";
import type { ProfileParts } from "../profiles/routes.ts";
import { backchannelOf } from "./auth.ts";
import type { Composed } from "./compose.ts";
import { deliverBy } from "./mail.ts";

export type Buses = Partial<Record<ServiceName, Bus>>;
type Stop = () => Promise<void>;

const speakers: readonly ServiceName[] = ["auth", "sessions", "profiles"];
const countsEveryMs = 10_000;
const errandsEveryMs = 1_000;
const rotateEveryMs = 3_600_000;

/** A connection to NATS for each hosted service that publishes or listens, with that service's own login. */
export function openBuses(names: readonly ServiceName[], settings: Settings, log: Log): Buses {
  const open = (name: ServiceName) =>
    new Bus({ url: settings.BELLWETHER_NATS_URL, name, login: settings.natsLogins[name], log });
  const needed = names.filter((name) => speakers.includes(name));
  return Object.fromEntries(needed.map((name) => [name, open(name)]));
}

/** Frames of a user travel on `user.<id>`, so that they reach whichever process holds the socket. */
export function framesOver(bus: Bus | undefined) {
  const text = new TextDecoder();
  return {
    send: (uid: string, frame: object) => bus?.send(`user.${uid}`, frame),
    listen: (uid: string, forward: (frame: string) => void) =>
      bus?.listen(`user.${uid}`, (_subject, data) => forward(text.decode(data))) ?? (() => undefined),
  };
}

/** What runs beside the requests: relays, consumers, the sweeper, the rotation of keys. */
export function startBackground(names: readonly ServiceName[], composed: Composed, buses: Buses): Stop {
  const { platform, signing, erasures, exports, deliveries, mail, retention } = composed;
  const { table, clock, log, metrics, traces } = platform;
  const stops: Stop[] = [startSweeper(table, clock, log)];
  for (const name of speakers) {
    const bus = names.includes(name) ? buses[name] : undefined;
    if (!bus) continue;
    const relay = new Relay(table, name, bus.publish.bind(bus), { log, metrics, clock });
    relay.start();
    stops.push(() => relay.stop());
  }
  const backchannel = backchannelOf(platform, signing);
  const heard = { auth: [leavers(backchannel)], profiles: subscribers(composed) };
  for (const name of ["auth", "profiles"] as const) {
    const bus = names.includes(name) ? buses[name] : undefined;
    if (!bus) continue;
    for (const subscriber of heard[name]) {
      const consumer = new Consumer(bus, subscriber, { log, metrics, traces });
      consumer.start();
      stops.push(() => consumer.stop());
    }
  }
  stops.push(
    every(countsEveryMs, () => platform.counts.flush(), log),
    () => platform.counts.flush().catch(() => undefined),
  );
  if (names.includes("profiles"))
    for (const errands of [erasures, exports, deliveries]) stops.push(every(errandsEveryMs, () => errands.work(), log));
  if (names.includes("chats")) stops.push(retention.start());
  if (names.includes("auth")) {
    const rotate = () =>
      signing.rotate().catch((error: unknown) => log("warning", "key_rotation_failed", { reason: reason(error) }));
    const timer = setInterval(rotate, rotateEveryMs);
    stops.push(async () => clearInterval(timer));
    stops.push(every(errandsEveryMs, () => backchannel.work(), log));
    stops.push(startCourier(mail, deliverBy(platform.settings), log));
  }
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    await Promise.all(Object.values(buses).map((bus) => bus.close()));
  };
}

/** Runs it again and again, each time after the one before has ended; it tells of a failure once. */
function every(ms: number, run: () => Promise<void>, log: Log): Stop {
  let told = "";
  let running = Promise.resolve();
  let isIdle = true;
  const once = async () => {
    try {
      await run();
      told = "";
    } catch (error) {
      if (reason(error) !== told) log("warning", "errand_failed", { reason: reason(error) });
      told = reason(error);
    }
    isIdle = true;
  };
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    running = once();
  }, ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Programs are told of the sessions that end. */
export const leavers = (backchannel: BackchannelLogout): Subscriber => ({
  stream: "USERS",
  durable: "auth-users",
  subjects: ["users.session.ended.v1"],
  handle: (event) => backchannel.onEnded(event),
});

const memberships = ["farm.membership.granted.v1", "farm.membership.revoked.v1"];
const conflicts = ["farm.conflict.found.v1", "farm.conflict.settled.v1"];
const evaluated = ["genetics.evaluation.completed.v1", "genetics.evaluation.failed.v1"];
const weighed = "farm.weight.recorded.v1";
const impersonated = "users.user.impersonated.v1";

type Hearing = Pick<ProfileParts, "notifications" | "activities" | "recommendations">;

/** A fact goes into the history of who caused it first, and then to whom it is news. */
export function subscribers({ notifications, activities, recommendations }: Hearing): Subscriber[] {
  const handle = async (event: CloudEvent): Promise<Outcome> => {
    await activities.on(event);
    await recommendations.on(event);
    if (memberships.includes(event.type)) return notifications.onMembership(event);
    if ([...conflicts, ...evaluated].includes(event.type)) return notifications.onNews(event);
    if (event.type === impersonated) return notifications.onImpersonation(event);
    return event.type.startsWith("users.session.") ? notifications.onSession(event) : "handled";
  };
  return [
    {
      stream: "FARM",
      durable: "profiles-farm",
      subjects: [...memberships, ...conflicts, "farm.import.completed.v1"],
      handle,
    },
    { stream: "FARM", durable: "profiles-weighed", subjects: [weighed], readsHeads: true, handle },
    {
      stream: "GENETICS",
      durable: "profiles-genetics",
      subjects: [...evaluated, "genetics.evaluation.published.v1"],
      handle,
    },
    {
      stream: "USERS",
      durable: "profiles-users",
      subjects: ["users.session.flagged.v1", "users.session.ended.v1", impersonated],
      handle,
    },
  ];
}
