import { generateSecret, generateSync, generateURI } from "otplib";
import { encode } from "uqr";
import { sameSecret } from "../../platform/hashes.ts";

const periodSeconds = 30;
/** For as long the code of the step before is still taken: somebody was typing. */
const lateSeconds = 5;
const issuer = "bellwether";

export const newSecret = (): string => generateSecret({ length: 20 });

/** The time step whose code this is, of those that count now. */
export function stepOf(secret: string, code: string, nowSeconds: number): number | undefined {
  const current = Math.floor(nowSeconds / periodSeconds);
  const isEarly = nowSeconds % periodSeconds < lateSeconds;
  return [current, ...(isEarly ? [current - 1] : [])].find((step) => sameSecret(code, codeAt(secret, step)));
}

const codeAt = (secret: string, step: number) => generateSync({ secret, epoch: step * periodSeconds });

export const uriOf = (secret: string, label: string): string => generateURI({ issuer, label, secret });

/** A QR code as SVG: black on white, whatever the page. */
export function qrSvg(text: string): string {
  const { size, data } = encode(text, { border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  const frame = `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">${frame}<path d="${dark}"/></svg>`;
}
