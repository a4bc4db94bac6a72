import { z } from "@hono/zod-openapi";
import { activityView } from "../activity/schemas.ts";
import { profileFields } from "../models.ts";

export const personPath = z.object({ id: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });

const { display_name, organisation, position, about, country } = profileFields;
const fields = { id: z.string(), display_name, organisation, position, about, country };
const example = {
  id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
  display_name: "Mary Hill",
  organisation: "Hill Farm",
  position: null,
  about: "Romneys since 1998",
  country: "NZ",
};

export const personView = z
  .object({
    ...fields,
    activity: z.array(activityView).nullable().openapi({
      description: "The latest on farms that both belong to; null when the person does not share it",
    }),
  })
  .openapi("Person", { example: { ...example, activity: null } });
export const personForAdministrators = z.object(fields).openapi("PersonForAdministrators", { example });
