import { expect, test } from "bun:test";
import { uuid } from "../../platform/ids.ts";
import { Harness, type Person } from "../../testing/harness.ts";

const house = await Harness.ready();
const settings = async ({ token }: Person): Promise<object> =>
  Object(await (await house.call("GET", "/api/v1/profiles/me/notification-settings", { token })).json());
const posted = (url: URL) =>
  house.call("POST", `${url.pathname}${url.search}`, {
    raw: "List-Unsubscribe=One-Click",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

/** Somebody who is told of evaluations by mail, and the link of such a mail. */
async function told(): Promise<{ mary: Person; link: URL; text: string }> {
  const mary = await house.person("farmer");
  const [token, headers] = [mary.token, { "if-match": "*" }];
  const wanted = { app: true, mail: true, push: true };
  const body = { evaluations: wanted, conflicts: wanted };
  await house.call("PATCH", "/api/v1/profiles/me/notification-settings", { token, body, headers });
  await house.table.update({ pk: `USER#${mary.uid}`, sk: "A" }, { set: { verified: true } });
  house.clock.pass(1);
  const event = (type: string, data: object) => ({
    id: uuid(house.clock.ms),
    type,
    time: new Date(house.clock.ms).toISOString(),
    data: { farm_id: mary.uid, ...data },
  });
  await house.composed.notifications.onMembership(event("farm.membership.granted.v1", { user_id: mary.uid }));
  const failed = { flock_id: "k1", run_id: "r1", code: "loop", detail: "A loop." };
  await house.composed.notifications.onNews(event("genetics.evaluation.failed.v1", failed));
  await house.composed.deliveries.work();
  const found: { text: string; unsubscribe?: string | undefined }[] = [];
  await house.composed.mail.deliver(async (mail) => void (mail.kind === "notification" && found.push(mail)));
  expect(found).toHaveLength(1);
  return { mary, link: new URL(found[0]?.unsubscribe ?? ""), text: found[0]?.text ?? "" };
}

test("one click ends the mails of that kind and nothing else, without signing in; to look changes nothing", async () => {
  const { mary, link, text } = await told();
  expect(text).toContain(link.href);
  const before = await settings(mary);
  const page = await house.call("GET", `${link.pathname}${link.search}`);
  expect([page.status, (await page.text()).includes('method="post"')]).toEqual([200, true]);
  expect(await settings(mary)).toEqual(before);
  for (let n = 0; n < 2; n++) expect((await posted(link)).status).toBe(200);
  expect(await settings(mary)).toEqual({ ...before, evaluations: { app: true, mail: false, push: true } });
});

test("a link of another person, of another kind or altered ends nothing", async () => {
  const [{ mary, link }, { link: other }] = [await told(), await told()];
  const before = await settings(mary);
  for (const [name, value] of [
    ["about", "conflicts"],
    ["of", other.searchParams.get("of") ?? ""],
    ["proof", `${link.searchParams.get("proof")}x`],
  ] as const) {
    const altered = new URL(link);
    altered.searchParams.set(name, value);
    expect([name, (await posted(altered)).status]).toEqual([name, 403]);
  }
  expect((await posted(new URL(`${link.origin}${link.pathname}`))).status).toBe(422);
  expect(await settings(mary)).toEqual(before);
});

test("twenty clicks at once, beside a change of the settings, lose nothing", async () => {
  const { mary, link } = await told();
  const body = { quiet_hours: { from: "22:00", to: "06:00" } };
  const change = house.call("PATCH", "/api/v1/profiles/me/notification-settings", {
    token: mary.token,
    body,
    headers: { "if-match": "*" },
  });
  const clicks = await Promise.all(Array.from({ length: 20 }, () => posted(link)));
  expect(clicks.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const isChanged = (await change).status === 200;
  expect(await settings(mary)).toMatchObject({ evaluations: { mail: false }, ...(isChanged && body) });
});
