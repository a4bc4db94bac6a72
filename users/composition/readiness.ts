import type { NeedCheck } from "../platform/http/health.ts";
import type { SigningKeys } from "../platform/identity/signing-keys.ts";
import type { ServiceName } from "../platform/settings.ts";
import type { Buses } from "./background.ts";
import type { Stores } from "./stores.ts";

/** What a process with these services needs. Without NATS it works on: events wait in the outbox. */
export function needsOf(
  names: readonly ServiceName[],
  { table, keysTable }: Stores,
  signing: SigningKeys,
  buses: Buses,
): NeedCheck[] {
  const described = (of: Stores["table"], name: string) => async () =>
    void (await of.call("DescribeTable", { TableName: name }));
  return [
    { name: "dynamodb", isVital: true, check: described(table, "bellwether-user") },
    { name: "keys", isVital: names.includes("chats"), check: described(keysTable, "bellwether-keys") },
    { name: "signing_keys", isVital: true, check: async () => void (await signing.current()) },
    ...Object.entries(buses).map(([name, bus]) => ({ name: `nats_${name}`, isVital: false, check: () => bus.check() })),
  ];
}
