/** Pages of ours to which somebody goes on after they have signed in. */
const places = [/^\/oidc\/interaction\/[\w-]{1,64}$/, /^\/account\/(signed-in|invitation)$/, /^\/shared$/];
const usual = "/account/signed-in";

/** The place, if it is one of those; no form and no link can send a browser anywhere else. */
export const returnPath = (given: string | undefined): string =>
  given !== undefined && places.some((place) => place.test(given)) ? given : usual;

/** The page on which somebody signs in, and from which they go on to this place. */
export const signInPath = (returnTo: string): string =>
  `/account/sign-in?${new URLSearchParams({ return_to: returnTo })}`;

/** Whether somebody who came here by an institution can be shown a page, when one more step is needed. */
export const isPage = (path: string): boolean => places.some((place) => place.test(path));
