import { SemblanceError } from "@semblance/core";
import type { EmbedFacts } from "./embed-facts.ts";

/**
 * Requires that a command asks for the work that was begun.
 *
 * @throws {@link SemblanceError} with code `RESUME_MISMATCH` that names every difference.
 */
export function requireSameWork(begun: EmbedFacts, asked: EmbedFacts): void {
  // A manifest says more than facts.
  const { semblance, model, source, options } = begun;
  const before = flatten({ semblance, model, source, options });
  const now = flatten(asked);
  const paths = [...new Set([...before.keys(), ...now.keys()])];
  const differences = paths.filter((path) => before.get(path) !== now.get(path));
  if (differences.length === 0) return;
  const lines = differences.map(
    (path) =>
      `${nameOf(path)} was ${before.get(path) ?? "not given"}, now ${now.get(path) ?? "not given"}`,
  );
  throw new SemblanceError({
    code: "RESUME_MISMATCH",
    message: `This is not the work that was begun: ${lines.join("; ")}.`,
    fix: "Repeat the first command with --resume, begin anew with --overwrite, or give another -o.",
  });
}

const names: Readonly<Record<string, string>> = {
  semblance: "the version of semblance",
  "model.sha256": "the model's SHA-256",
  "model.dtype": "--dtype",
  "source.sha256": "the input's SHA-256",
  "source.patterns": "--images",
  "options.layout": "--layout",
  "options.rowsPerShard": "--rows-per-shard",
  "options.batchSize": "--batch-size",
  "options.shard.number": "the number in --shard",
  "options.shard.of": "the count in --shard",
};

function nameOf(path: string): string {
  return names[path] ?? path;
}

function flatten(value: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const isTree = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (!isTree) found.set(path, JSON.stringify(inner));
    else for (const [below, text] of flatten(inner, path)) found.set(below, text);
  }
  return found;
}
