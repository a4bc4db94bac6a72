/** "Authorize" of Swagger UI takes an e-mail and a password, or an access token. */

import type { ComponentType, ReactElement } from "react";
import type { Authorizations, AuthProps, Plugin, System } from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { accessToken, type Credentials } from "./login.ts";

const SCHEME = "bearer";
const FIELDS = [
  { name: "email", label: "E-mail", type: "email", autoComplete: "username" },
  { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
  { name: "token", label: "or an access token", type: "password", autoComplete: "off" },
] as const;

/** The fields in place of the one for a token; once authorised, Swagger UI's own words. */
function withLogin(Original: ComponentType<AuthProps>, { React }: System): ComponentType<AuthProps> {
  const element = React.createElement;
  return function Login(props: AuthProps): ReactElement {
    const [typed, setTyped] = React.useState<Credentials>({});
    if (props.authorized?.get(props.name)) return element(Original, props);
    const errors = props.errSelectors.allErrors().filter((error) => error.get("authId") === props.name);
    const AuthError = props.getComponent("authError");
    const fields = FIELDS.map(({ label, ...field }) => {
      const change = (value: string) => {
        const credentials = { ...typed, [field.name]: value };
        setTyped(credentials);
        props.onChange({ name: props.name, schema: props.schema, value: credentials });
      };
      const input = element("input", { ...field, onChange: (event) => change(event.currentTarget.value) });
      return element("label", { key: field.name }, label, input);
    });
    const refusals = errors
      .valueSeq()
      .toArray()
      .map((error, key) => element(AuthError, { key, error }));
    return element("div", { className: "login" }, ...fields, ...refusals);
  };
}

/** Logs in before Swagger UI keeps what it shall send. */
function loggingIn(original: (payload: Authorizations) => void, { errActions }: System) {
  return async (payload: Authorizations): Promise<void> => {
    const given = payload[SCHEME];
    if (!given) return;
    errActions.clear({ authId: SCHEME, type: "auth", source: "auth" });
    try {
      original({ [SCHEME]: { ...given, value: await accessToken(given.value) } });
    } catch (error) {
      errActions.newAuthErr({ authId: SCHEME, level: "warning", source: "auth", message: (error as Error).message });
    }
  };
}

export const authorizing: Plugin = () => ({
  wrapComponents: { HttpAuth: withLogin },
  statePlugins: { auth: { wrapActions: { authorize: loggingIn } } },
});
