import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { sealText, unsealText } from "../secrets/sealing.ts";

const cookieName = "bw_carried";
const attributes = { httpOnly: true, secure: true, sameSite: "Strict", path: "/", prefix: "host" } as const;
const seconds = 600;

/** The secret of a link while its reader signs in; sealed, for this page alone, and for as long as that takes. */
export class Carried {
  constructor(
    private readonly kek: Uint8Array,
    private readonly page: string,
  ) {}

  keep(c: Context, secret: string): void {
    const sealed = Buffer.from(sealText(this.kek, secret, this.place)).toString("base64url");
    setCookie(c, cookieName, sealed, { ...attributes, maxAge: seconds });
  }

  /** The secret, if one has come along. */
  get(c: Context): string {
    try {
      const sealed = Buffer.from(getCookie(c, cookieName, "host") ?? "", "base64url");
      return unsealText(this.kek, new Uint8Array(sealed), this.place);
    } catch {
      return "";
    }
  }

  drop(c: Context): void {
    if (getCookie(c, cookieName, "host")) deleteCookie(c, cookieName, attributes);
  }

  private get place(): string {
    return `carried|${this.page}`;
  }
}
