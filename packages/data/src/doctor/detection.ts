import type { FindingItem, FindingKind } from "./finding.ts";
import type { InspectedRow } from "./inspected-data.ts";

/** What a check found, before it is put in words. */
export interface Detection {
  readonly kind: FindingKind;
  readonly items: readonly FindingItem[];
  /** What the sentence counts, where it is not the items: groups, images, captions. */
  readonly count?: number;
  /** Rows without which the fault is gone, where leaving rows out is a cure. */
  readonly cure?: readonly InspectedRow[];
}

/** A row as a finding lists it. */
export function toFindingItem(
  { table: _, ...row }: InspectedRow,
  more: Pick<FindingItem, "group" | "reason"> = {},
): FindingItem {
  return { ...row, ...more };
}
