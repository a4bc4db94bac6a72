import type { Clock } from "../../platform/clock.ts";
import type { ModelSettings, ServiceUrls } from "../../platform/settings.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { Answerer } from "../answering.ts";
import { BuiltInAnswerer } from "./built-in/answerer.ts";
import { ModelAnswerer } from "./model/answerer.ts";
import { getModel } from "./model/models.ts";
import { PlatformApi, type Reach } from "./platform-api.ts";
import { tools } from "./reading/all.ts";

export type Emilia = {
  settings: { serviceUrls: ServiceUrls; model: ModelSettings | undefined };
  clock: Clock;
  log: Log;
  /** How the platform is called; `fetch` unless a test stands in for it. */
  fetch?: Reach["fetch"];
};

/** The platform as somebody with this token may read it. */
export const platformApiOf =
  ({ settings, fetch }: Emilia) =>
  (token: string, signal?: AbortSignal) =>
    new PlatformApi({ urlOf: (service) => settings.serviceUrls[service], token, signal, fetch });

/** Who answers in the chats of this platform: the model of the settings, or what is built in. */
export function answererFrom(emilia: Emilia): Answerer {
  const { clock, log } = emilia;
  const { model } = emilia.settings;
  const apiFor = platformApiOf(emilia);
  if (!model) return new BuiltInAnswerer({ tools, clock, apiFor });
  let loaded: ReturnType<typeof getModel> | undefined;
  const open = () => {
    loaded ??= getModel(model);
    return loaded;
  };
  return new ModelAnswerer({ tools, clock, log, apiFor, settings: model, model: open });
}
