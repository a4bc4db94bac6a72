/** What a person types to act as a user: e-mail and password, or an access token that was issued before. */
export interface Credentials {
  email?: string;
  password?: string;
  token?: string;
}

/** The access token behind the credentials. It is kept in the memory of the page only. */
export async function accessToken({ email, password, token }: Credentials): Promise<string> {
  if (token?.trim()) return token.trim();
  const answer = await fetch("/api/v1/auth/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const body: { access_token?: string; title?: string; detail?: string } = await answer.json();
  if (!body.access_token) throw new Error(body.detail ?? body.title ?? `The answer was ${answer.status}.`);
  return body.access_token;
}
