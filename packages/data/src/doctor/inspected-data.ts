import type { FindingItem } from "./finding.ts";

/** A row as findings list it, with the table that it belongs to. */
export interface InspectedRow extends Omit<FindingItem, "group" | "reason"> {
  /** Number of its table, from 0. */
  readonly table: number;
}

/** An image file of an item, or a text: what the rows of one id show. */
export interface InspectedItem {
  readonly id: string;
  /** A path or URL; the exact text. */
  readonly content: string;
  /** Every row that shows it. */
  readonly rows: readonly InspectedRow[];
}

/** A judged pair. */
export interface InspectedJudgement {
  readonly row: InspectedRow;
  readonly imageId: string;
  readonly textId: string;
  readonly relevance: number;
}

/** A row that cannot be used. */
export interface RejectedRow {
  readonly row: InspectedRow;
  readonly kind:
    | "empty-image"
    | "empty-caption"
    | "empty-id"
    | "id-conflict"
    | "invalid-relevance"
    | "unusable-row";
  readonly reason: string;
}

/** What checks look at: every id with the rows that show it, whatever the format. */
export interface InspectedData {
  /** For messages. */
  readonly name: string;
  /** Of other formats there are none. */
  readonly tableCount: number;
  /** Rows of tables, rejected ones included. */
  readonly rowCount: number;
  readonly splits: readonly string[];
  readonly images: readonly InspectedItem[];
  readonly captions: readonly InspectedItem[];
  readonly judgements: readonly InspectedJudgement[];
  readonly rejected: readonly RejectedRow[];
  /** Whether judgements say more than that a pair is listed. */
  readonly hasRelevance: boolean;
}

/** Items by id and content, in order of first appearance. */
export interface ItemCollector {
  add(id: string, content: string, row: InspectedRow): void;
  readonly items: readonly InspectedItem[];
}

/** Collects the rows of each item. */
export function createItemCollector(): ItemCollector {
  const known = new Map<string, InspectedItem & { readonly rows: InspectedRow[] }>();
  const items: InspectedItem[] = [];
  return {
    items,
    add(id, content, row) {
      const key = JSON.stringify([id, content]);
      const item = known.get(key) ?? { id, content, rows: [] };
      if (item.rows.length === 0) items.push(item);
      known.set(key, item);
      item.rows.push(row);
    },
  };
}

/** The splits that show an item, each once. */
export function splitsOf(items: Iterable<InspectedItem>): Set<string> {
  const splits = new Set<string>();
  for (const { rows } of items) {
    for (const { split } of rows) if (split !== undefined) splits.add(split);
  }
  return splits;
}

/** The first row of each split that shows an item. */
export function firstRows({ rows }: InspectedItem): InspectedRow[] {
  const bySplit = new Map<string | undefined, InspectedRow>();
  for (const row of rows) if (!bySplit.has(row.split)) bySplit.set(row.split, row);
  return [...bySplit.values()];
}
