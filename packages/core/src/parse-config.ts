import type { z } from "zod";
import { ConfigError } from "./errors.ts";

/**
 * Checks `value` against a zod schema and returns what the schema makes of it (defaults filled in).
 *
 * @param what - Names the configuration in the message: `"fit options"`, `"preprocessor_config.json"`.
 * @throws {@link ConfigError} with code `CONFIG_INVALID`, whose message gives, for every problem,
 * the path, what was expected and the value found.
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describeIssue(issue, value));
  throw new ConfigError({
    code: "CONFIG_INVALID",
    message: `Invalid ${what}: ${problems.join("; ")}.`,
    cause: result.error,
  });
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  const place = issue.path.length === 0 ? "" : `${describePath(issue.path)}: `;
  if (issue.code === "unrecognized_keys") {
    return `${place}unknown ${issue.keys.length === 1 ? "key" : "keys"} ${issue.keys.map(show).join(", ")}`;
  }
  const expectation = issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/, "");
  return `${place}${expectation}, found ${show(valueAt(root, issue.path))}`;
}

/** `limits.maxPixels`, `files[0]`, `columns["a b"]`. */
function describePath(path: readonly PropertyKey[]): string {
  const parts = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(key)) ? `.${String(key)}` : `[${show(key)}]`;
  });
  return parts.join("").replace(/^\./, "");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

const longestShown = 60;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "function") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
