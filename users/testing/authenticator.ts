import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { z } from "zod";

/** An authenticator in software, as a security key or a telephone is one; for tests only. */

const options = z.looseObject({
  challenge: z.string(),
  rp: z.looseObject({ id: z.string() }).optional(),
  rpId: z.string().optional(),
});
type Say = { origin?: string; site?: string; counter?: number; userVerified?: boolean };

const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest();
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

export class Authenticator {
  readonly id = randomBytes(16);
  counter = 0;
  private readonly pair = generateKeyPairSync("ec", { namedCurve: "P-256" });

  /** What `navigator.credentials.create()` would answer. */
  make(given: unknown, say: Say = {}) {
    const { challenge, rp } = options.parse(given);
    const authData = Buffer.concat([
      this.data(say.site ?? rp?.id ?? "", { flags: 0x41, ...say }),
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      this.publicKey(),
    ]);
    // {fmt: "none", attStmt: {}, authData: bytes}
    const attestationObject = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a06861757468446174615900", "hex").subarray(0, -1),
      Buffer.from([authData.length >> 8, authData.length & 255]),
      authData,
    ]);
    const clientDataJSON = this.client("webauthn.create", challenge, say);
    const response = { clientDataJSON, attestationObject: text(attestationObject), transports: ["usb"] };
    return { id: text(this.id), rawId: text(this.id), type: "public-key", response };
  }

  /** What `navigator.credentials.get()` would answer. */
  use(given: unknown, say: Say = {}) {
    const { challenge, rpId } = options.parse(given);
    this.counter = say.counter ?? this.counter + 1;
    const authData = this.data(say.site ?? rpId ?? "", { flags: 0x01, counter: this.counter, ...say });
    const clientDataJSON = this.client("webauthn.get", challenge, say);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    const signature = text(sign("sha256", signed, this.pair.privateKey));
    const response = { clientDataJSON, authenticatorData: text(authData), signature };
    return { id: text(this.id), rawId: text(this.id), type: "public-key", response };
  }

  private data(site: string, { flags, counter = 0, userVerified = true }: Say & { flags: number }): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt8(flags | (userVerified ? 0x04 : 0));
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(site), head]);
  }

  private client(type: string, challenge: string, { origin = "http://localhost:8080" }: Say): string {
    return text(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })));
  }

  /** As COSE writes a key of P-256 for ES256. */
  private publicKey(): Buffer {
    const { x, y } = this.pair.publicKey.export({ format: "jwk" });
    const part = (name: string, value = "") =>
      Buffer.concat([Buffer.from(`${name}5820`, "hex"), Buffer.from(value, "base64url")]);
    return Buffer.concat([Buffer.from("a5010203262001", "hex"), part("21", x), part("22", y)]);
  }
}
