import { z } from "@hono/zod-openapi";

export const passwordLengths = { min_length: 12, max_length: 128 };

/** One form for what keyboards write in several, so that the lengths are those of what is hashed. */
const normal = z.string().normalize("NFKC");

export const givenPassword = normal.max(passwordLengths.max_length);
export const newPassword = normal.min(passwordLengths.min_length).max(passwordLengths.max_length);
