import { expect, test } from "bun:test";
import { Harness } from "../../testing/harness.ts";

const secret = "gateway-secret-of-the-tests";

test("only the gateway, by its secret, is believed about the address of a client", async () => {
  const house = await Harness.ready({ AUTH_LOGIN_LIMIT_ADDRESS: 1, gatewaySecret: secret });
  const from = async (address: string, shown?: string) => {
    const headers = { "x-forwarded-for": address, ...(shown !== undefined && { "x-bellwether-gateway": shown }) };
    const body = { email: `${crypto.randomUUID()}@x.example`, password: "wrong" };
    return (await house.call("POST", "/api/v1/auth/login", { body, headers })).status;
  };
  const through = [await from("1.1.1.1", secret), await from("2.2.2.2", secret), await from("1.1.1.1", secret)];
  expect(through).toEqual([401, 401, 429]);
  // others on this machine are all one address, and use up nobody else's tries
  expect([await from("3.3.3.3"), await from("4.4.4.4", "guessed"), await from("5.5.5.5", "")]).toEqual([401, 429, 429]);
  expect(await from("3.3.3.3", secret)).toBe(401);
});
