/** What the pages use of Swagger UI, which comes without types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  import type { ComponentType } from "react";

  interface ImmutableMap {
    get(key: string): unknown;
  }
  interface Errors {
    filter(keep: (error: ImmutableMap) => boolean): Errors;
    valueSeq(): { toArray(): ImmutableMap[] };
  }
  interface AuthProps {
    name: string;
    schema: ImmutableMap;
    authorized?: ImmutableMap;
    errSelectors: { allErrors(): Errors };
    getComponent(name: "authError"): ComponentType<{ error: ImmutableMap }>;
    onChange(auth: Authorizations[string]): void;
  }
  type Authorizations<Value = Credentials | string> = Record<
    string,
    { name: string; schema: ImmutableMap; value: Value }
  >;
  interface System {
    React: typeof import("react");
    errActions: {
      clear(of: { authId: string; type: string; source: string }): void;
      newAuthErr(error: { authId: string; level: string; source: string; message: string }): void;
    };
  }
  type Plugin = () => {
    wrapComponents: Record<string, (original: ComponentType<AuthProps>, system: System) => ComponentType<AuthProps>>;
    statePlugins: {
      auth: { wrapActions: Record<string, (original: (payload: Authorizations) => void, system: System) => unknown> };
    };
  };
  export default function SwaggerUI(options: Record<string, unknown> & { plugins: Plugin[] }): void;
}
