import { expect, test } from "bun:test";
import { codeOf, Harness } from "../../testing/harness.ts";
import { enrolling } from "../identity/permissions.ts";
import { needFrom, type Proof } from "./need.ts";
import { render, toProblem } from "./problem-answers.ts";
import { newService } from "./service-app.ts";

const house = await Harness.ready();
const mary = await house.person("farmer");
const now = house.clock.ms / 1000;

/** Status, code and challenge of a route with this proof for a token that says this. */
async function asked(proof: Proof, said: Parameters<Harness["tokenOf"]>[1]): Promise<unknown[]> {
  const app = newService();
  app.get("/", needFrom(house.composed.authenticator, house.clock.now)("profile:self", proof), (c) => c.text("in"));
  app.onError((error, c) => render(c, toProblem(error)));
  const answer = await app.request("/", { headers: { authorization: `Bearer ${await house.tokenOf(mary, said)}` } });
  if (answer.status === 200) return [200];
  return [answer.status, await codeOf(answer), answer.headers.get("www-authenticate")];
}
const challenge = (what: string, asks: string) =>
  `Bearer error="insufficient_user_authentication", error_description="This needs ${what}", ${asks}`;
const factors = "two factors";
const recent = "a sign-in of the last 10 minutes";

test.each<[string, Proof, Parameters<Harness["tokenOf"]>[1], unknown[]]>([
  ["no more asked", {}, { authTime: 0 }, [200]],
  ["fresh after 10 minutes", { fresh: true }, { authTime: now - 600 }, [200]],
  [
    "fresh a second later",
    { fresh: true },
    { authTime: now - 601 },
    [401, "step_up_required", challenge(recent, 'max_age="600"')],
  ],
  ["two factors of old", { aal2: true }, { acr: "aal2", authTime: 0 }, [200]],
  ["one factor", { aal2: true }, { acr: "aal1" }, [401, "step_up_required", challenge(factors, 'acr_values="aal2"')]],
  ["a word that is no level", { aal2: true }, { acr: "aal3" }, [401, "step_up_required", expect.any(String)]],
  [
    "both, with one factor",
    { fresh: true, aal2: true },
    { acr: "aal1" },
    [401, "step_up_required", challenge(factors, 'acr_values="aal2", max_age="600"')],
  ],
  ["the permission comes first", { fresh: true }, { roles: [], authTime: 0 }, [403, "not_allowed", null]],
  ["who must enrol first is told so", {}, { roles: [enrolling] }, [403, "second_factor_missing", null]],
])("%s", async (_what, proof, said, answer) => {
  expect(await asked(proof, said)).toEqual(answer);
});
