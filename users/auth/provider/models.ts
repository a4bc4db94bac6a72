import { z } from "zod";
import { bytes } from "../../platform/dynamo/values.ts";

/** A program that logs people in by this platform. */
export const providerClient = z.object({
  id: z.string(),
  name: z.string(),
  redirectUris: z.array(z.string()),
  scopes: z.array(z.string()),
  /** absent: a program that can keep no secret, a script or a page */
  sealedSecret: bytes.optional(),
  devices: z.boolean(),
});
export type ProviderClient = z.infer<typeof providerClient>;
