import { createServer } from "node:http";
import Provider from "oidc-provider";
import { freePort } from "./servers.ts";

/** A university that lets its people in by OpenID Connect, by the certified provider; and a browser that goes there. */

export type Member = { email?: string; email_verified?: boolean; name?: string; acr?: string };
export type University = {
  issuer: string;
  members: Record<string, Member>;
  /** who sits at the keyboard; nobody: a page asks */
  atKeyboard: string | undefined;
  /** requests that came */
  asked: number;
  stop: () => void;
};
export const atUniversity = { clientId: "bellwether", secret: "the secret that the university gave" };

export async function startUniversity(callbacks: string[], port?: number): Promise<University> {
  const at = port ?? (await freePort());
  const issuer = `http://127.0.0.1:${at}`;
  const university: University = { issuer, members: {}, atKeyboard: undefined, asked: 0, stop: () => undefined };
  const provider = new Provider(issuer, {
    clients: [{ client_id: atUniversity.clientId, client_secret: atUniversity.secret, redirect_uris: callbacks }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    acrValues: ["urn:two-factors"],
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_context, sub) => {
      const member = university.members[sub];
      return member && { accountId: sub, claims: () => ({ sub, ...member }) };
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  const handle = provider.callback();
  const server = createServer(async (request, response) => {
    university.asked++;
    if (!request.url?.startsWith("/interaction/")) return handle(request, response);
    const { url, method } = request;
    const name = university.atKeyboard ?? (method === "POST" ? await nameIn(request) : undefined);
    if (name === undefined) return response.end(page(url));
    const member = university.members[name];
    const result = member ? { login: { accountId: name, acr: member.acr } } : { error: "access_denied" };
    await provider.interactionFinished(request, response, result);
  });
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  university.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return university;
}

const page = (url: string) =>
  `<!doctype html><title>Hill University</title><form method="post" action="${url}"><input name="name"><button>Sign in</button></form>`;

async function nameIn(request: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of request) text += Buffer.from(part).toString();
  return new URLSearchParams(text).get("name") ?? "";
}

/** Goes where the addresses lead, with the cookies of each place, until one starts with `home`. */
export async function walk(from: string, home: string): Promise<URL> {
  const jar = new Map<string, string>();
  let at = from;
  for (let steps = 0; steps < 12; steps++) {
    if (at.startsWith(home)) return new URL(at);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    const next = answer.headers.get("location");
    if (!next) throw new Error(`${at} answered ${answer.status}: ${await answer.text()}`);
    at = new URL(next, at).href;
  }
  throw new Error(`${from} leads nowhere`);
}
