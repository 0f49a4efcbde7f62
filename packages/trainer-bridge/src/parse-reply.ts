import { TrainerError } from "@semblance/core";
import { z } from "zod";

/** Checks what Python sent. @throws {@link TrainerError} `PROTOCOL` when it is not what was agreed. */
export function parseReply<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TrainerError({
    code: "PROTOCOL",
    message: `Python's ${what} is not what was agreed: ${z.prettifyError(result.error)}`,
    fix: "Install one version of @semblance/trainer-bridge.",
    cause: result.error,
  });
}
