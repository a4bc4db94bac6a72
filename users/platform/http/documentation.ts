import { z } from "@hono/zod-openapi";
import { titles } from "../problems.ts";

/** The parts that the documents of all services share. */

/** Of a route for callers with an access token. */
export const security = [{ bearer: [] }];
/** Of the routes that the refresh cookie opens. */
export const byCookie = [{ refresh_cookie: [] }];
export const json = <T>(schema: T) => ({ "application/json": { schema } });
export const body = <T>(schema: T) => ({ required: true, content: json(schema) });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z.array(
      z.object({
        row: z.number().int().nullable(),
        field: z.string().nullable(),
        code: z.string(),
        message: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .openapi("Problem");

const content = { "application/problem+json": { schema: problemSchema } };
type Documented = { description: string; content: typeof content };

/** The problems that a route documents; every route may also answer 500 and 503. */
export function problems<S extends number>(...statuses: S[]): Record<S, Documented> {
  const documented = statuses.map((status) => [status, { description: titles[status] ?? "Error", content }]);
  return Object.fromEntries(documented) as Record<S, Documented>;
}
