import { expect, test } from "bun:test";
import { tokenIn } from "../../testing/factors.ts";
import { codeOf, Harness } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { Hasher } from "./hasher.ts";

// One keyboard writes é as one character, another as two; some write digits in full width.
const composed = "sépt brebis à l'aube 7";
const decomposed = composed.normalize("NFD").replace("7", "７");

test("a password is the same in every form that a keyboard gives it, wherever one is entered", async () => {
  const house = await Harness.ready();
  const email = "marie@hillfarm.example";
  const post = (path: string, body: object, token?: string) =>
    house.call("POST", `/api/v1/auth/${path}`, { body, ...(token !== undefined && { token }) });
  const tokenOf = async (answer: Response) => {
    expect(answer.status).toBe(200);
    return tokenIn(answer);
  };
  expect(decomposed).not.toBe(composed);
  await post("register", { email, name: "Marie", password: decomposed });
  const token = await tokenOf(await post("login", { email, password: composed }));
  const stepped = await tokenOf(await post("step-up", { password: decomposed }, token));
  const next = "neuf béliers près du pré";
  const body = { current: decomposed, new: next.normalize("NFD") };
  expect((await house.call("PUT", "/api/v1/auth/password", { token: stepped, body })).status).toBe(200);
  await tokenOf(await post("login", { email, password: next }));
  await post("password/forgot", { email });
  const secret = await new Mailbox(house).secret(email, "password-reset");
  expect((await post("password/reset", { token: secret, password: decomposed })).status).toBe(204);
  await tokenOf(await post("login", { email, password: composed }));
});

test("lengths are those of the form that is hashed", async () => {
  const house = await Harness.ready();
  const register = (password: string) =>
    house.call("POST", "/api/v1/auth/register", { body: { email: "m@hillfarm.example", name: "M", password } });
  const words = "ébréché à côté du pré vert où naît l'agnelle ".repeat(3);
  expect((await register(words.slice(0, 128).normalize("NFD"))).status).toBe(202);
  expect((await register(words.slice(0, 129))).status).toBe(422);
  // eleven characters, as many as thirteen before they are joined
  expect(await codeOf(await register("éléphant 45".normalize("NFD")))).toBe("invalid");
});

test("the hash is of the normal form", async () => {
  const hasher = new Hasher(2, 2, { memoryCost: 16, timeCost: 1 });
  expect(await hasher.verify(decomposed, await hasher.hash(composed))).toBe(true);
  expect(await hasher.verify(composed.toUpperCase(), await hasher.hash(composed))).toBe(false);
});
