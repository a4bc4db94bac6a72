import type { Clock } from "../../platform/clock.ts";
import type { ServiceUrls } from "../../platform/settings.ts";
import type { Answerer } from "../answering.ts";
import { BuiltInAnswerer } from "./built-in/answerer.ts";
import { PlatformApi } from "./platform-api.ts";
import { tools } from "./tools/all.ts";

/** Who answers in the chats of this platform. */
export function answererFrom(settings: { serviceUrls: ServiceUrls }, clock: Clock): Answerer {
  const apiFor = (token: string, signal: AbortSignal) =>
    new PlatformApi({ urlOf: (service) => settings.serviceUrls[service], token, signal });
  return new BuiltInAnswerer({ tools, clock, apiFor });
}
