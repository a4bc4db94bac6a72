import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

export class SealBroken extends Error {
  override name = "SealBroken";
}

/** AES-256-GCM: version, nonce, text, tag. `place` is authenticated, so that no sealed value can be moved. */
export function seal(key: Uint8Array, text: Uint8Array, place: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([Buffer.of(version), nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(sealed);
}

export function unseal(key: Uint8Array, sealed: Uint8Array, place: string): Uint8Array {
  if (sealed.length < 1 + nonceBytes + tagBytes || sealed[0] !== version) throw new SealBroken("not a sealed value");
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    const text = decipher.update(sealed.subarray(1 + nonceBytes, -tagBytes));
    return new Uint8Array(Buffer.concat([text, decipher.final()]));
  } catch {
    throw new SealBroken("a sealed value was altered, moved, or sealed with another key");
  }
}

export const sealText = (key: Uint8Array, text: string, place: string) => seal(key, Buffer.from(text), place);
export const unsealText = (key: Uint8Array, sealed: Uint8Array, place: string) =>
  Buffer.from(unseal(key, sealed, place)).toString("utf8");
