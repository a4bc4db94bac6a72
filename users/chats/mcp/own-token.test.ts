import { expect, test } from "bun:test";
import { TestClock } from "../../testing/settings.ts";
import { OwnToken } from "./own-token.ts";

const personal = `bwp_${"a".repeat(87)}`;

function owning(status = 200, given = personal) {
  const clock = new TestClock();
  let exchanges = 0;
  const exchange = async () => {
    exchanges += 1;
    return Response.json({ access_token: `access-${exchanges}`, expires_in: 300 }, { status });
  };
  const own = new OwnToken({ url: "http://platform", given, now: clock.now, fetch: Object.assign(exchange, fetch) });
  return { own, clock, exchanges: () => exchanges };
}

test("a personal token is exchanged once for as long as the access token lives", async () => {
  const { own, clock } = owning();
  expect([await own.current(), await own.current()]).toEqual(["access-1", "access-1"]);
  clock.pass(269);
  expect(await own.current()).toBe("access-1");
  clock.pass(2);
  expect(await own.current()).toBe("access-2");
});

test("an access token is taken as it is; one that the platform refuses is said", async () => {
  const { own, exchanges } = owning(200, "an.access.token");
  expect([await own.current(), exchanges()]).toEqual(["an.access.token", 0]);
  expect(owning(401).own.current()).rejects.toThrow("does not take this token");
});
