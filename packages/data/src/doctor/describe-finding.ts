import type { Detection } from "./detection.ts";
import { type Finding, severities } from "./finding.ts";
import { findingWords } from "./finding-words.ts";

/** What a finding is put in words with. */
export interface DescribeFindingOptions {
  readonly maxItems: number;
  /** What writes a table without the rows at fault. */
  readonly mendCommand: string | undefined;
}

/** A finding in words; `undefined` for a check that found nothing. */
export function describeFinding(
  { kind, items, cure = [], count = items.length }: Detection,
  { maxItems, mendCommand }: DescribeFindingOptions,
): Finding | undefined {
  if (items.length === 0) return undefined;
  const { one, many, fix } = findingWords[kind];
  const canMend = mendCommand !== undefined && cure.length > 0;
  return {
    kind,
    severity: severities[kind],
    message: count === 1 ? `1 ${one}.` : `${count.toLocaleString("en")} ${many}.`,
    count: items.length,
    items: items.slice(0, maxItems),
    fix: canMend ? `${fix} Or write a copy without the rows at fault: ${mendCommand}` : fix,
  };
}
