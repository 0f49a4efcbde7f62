import { ConfigError, parseConfig } from "@semblance/core";
import { hyperparameters } from "@semblance/trainer-bridge";

/**
 * Checks `--hyperparameters` before anything is read or started; what is not given stays away.
 *
 * @throws {@link ConfigError} with code `CONFIG_INVALID`, which lists the names there are.
 */
export function parseHyperparameters(value: Record<string, unknown>): Record<string, unknown> {
  try {
    parseConfig(hyperparameters, value, "--hyperparameters");
  } catch (cause) {
    if (!ConfigError.isInstance(cause)) throw cause;
    const names = Object.keys(hyperparameters.parse({}));
    const { code, message } = cause;
    throw new ConfigError({ code, message, fix: `There are: ${names.join(", ")}.`, cause });
  }
  return value;
}
