import { ConfigError, parseConfig } from "@semblance/core";
import { hyperparameters } from "@semblance/trainer-bridge";
import type { z } from "zod";

/**
 * Checks `--hyperparameters` before anything is read or started; what is not given stays away.
 *
 * @param schema - @defaultValue that of training in PyTorch
 *
 * @throws {@link ConfigError} with code `CONFIG_INVALID`, which lists the names there are.
 */
export function parseHyperparameters(
  value: Record<string, unknown>,
  schema: z.ZodType<object> = hyperparameters,
): Record<string, unknown> {
  try {
    parseConfig(schema, value, "--hyperparameters");
  } catch (cause) {
    if (!ConfigError.isInstance(cause)) throw cause;
    const names = Object.keys(schema.parse({}));
    const { code, message } = cause;
    throw new ConfigError({ code, message, fix: `There are: ${names.join(", ")}.`, cause });
  }
  return value;
}
