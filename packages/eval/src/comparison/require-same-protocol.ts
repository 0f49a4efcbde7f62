import { DatasetError } from "@semblance/core";
import type { EvaluationDocument } from "./evaluation-document.ts";

/**
 * @throws {@link DatasetError} with code `PROTOCOLS_DIFFER` unless both results were measured in the
 * same way: with ties resolved alike, by the same similarity. The prompt is the model's own affair.
 */
export function requireSameProtocol(a: EvaluationDocument, b: EvaluationDocument): void {
  const keys = new Set([...Object.keys(a.protocol), ...Object.keys(b.protocol)]);
  keys.delete("prompt");
  const differing = [...keys].filter((key) => show(a.protocol[key]) !== show(b.protocol[key]));
  if (differing.length === 0) return;
  const found = differing.map(
    (key) => `${key} is ${show(a.protocol[key])} in a and ${show(b.protocol[key])} in b`,
  );
  throw new DatasetError({
    code: "PROTOCOLS_DIFFER",
    message: `The results were measured in different ways: ${found.join("; ")}.`,
    fix: "Evaluate both models with the same options.",
  });
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "not given";
}
