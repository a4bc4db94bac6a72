import type { z } from "zod";
import type { Part } from "../../answering.ts";
import { type PlatformApi, ToolFailed } from "../platform-api.ts";

export type Citation = Omit<Extract<Part, { type: "citation" }>, "type">;
export type Option = { id: string; label: string };

/** What a tool gives: the answer in words and as data, with the records that it was made of. */
export type Found = {
  kind: "found";
  says: string;
  data: Record<string, unknown>;
  citations: Citation[];
  /** A specification of Vega-Lite. */
  figure?: unknown;
};
export type Outcome =
  | Found
  | { kind: "asks"; field: string; question: string; options: Option[] }
  | { kind: "failed"; code: string; message: string };

export type ToolContext = {
  api: PlatformApi;
  /** The farm that is meant when none is named. */
  farmId?: string;
  now: () => number;
};

/** A question that a tool answers. It only reads: none of them has a way to change a record. */
export type Tool = {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  run: (input: unknown, context: ToolContext) => Promise<Outcome>;
};

/** Thrown where a question may mean several records: the user is asked which one. */
export class AskBack extends Error {
  override name = "AskBack";
  constructor(
    /** The field of the tool's input that the answer fills. */
    readonly field: string,
    readonly question: string,
    readonly options: Option[] = [],
  ) {
    super(question);
  }
}

/** Thrown where the answer is that nothing was recorded: an answer, no failure. */
export class NothingRecorded extends Error {
  override name = "NothingRecorded";
}

type Definition<S extends z.ZodObject> = Omit<Tool, "input" | "run"> & {
  input: S;
  answer: (input: z.output<S>, context: ToolContext) => Promise<Omit<Found, "kind">>;
};

export function tool<S extends z.ZodObject>({ answer, ...known }: Definition<S>): Tool {
  return {
    ...known,
    run: async (input, context) => {
      const asked = known.input.safeParse(input);
      if (!asked.success) {
        const [issue] = asked.error.issues;
        return { kind: "failed", code: "invalid_input", message: `${issue?.path.join(".")}: ${issue?.message}` };
      }
      try {
        return { kind: "found", ...(await answer(asked.data, context)) };
      } catch (error) {
        if (error instanceof AskBack)
          return { kind: "asks", field: error.field, question: error.question, options: error.options };
        if (error instanceof NothingRecorded)
          return { kind: "found", says: error.message, data: { nothing: error.message }, citations: [] };
        if (error instanceof ToolFailed) return { kind: "failed", code: error.code, message: error.message };
        throw error;
      }
    },
  };
}

/** A bar for each row, in the order of the rows. */
export function bars(title: string, rows: readonly object[], label: [string, string], value: [string, string]) {
  const [name, nameTitle] = label;
  const [field, fieldTitle] = value;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title,
    data: { values: rows },
    mark: "bar",
    encoding: {
      y: { field: name, type: "nominal", title: nameTitle, sort: null },
      x: { field, type: "quantitative", title: fieldTitle },
    },
  };
}
