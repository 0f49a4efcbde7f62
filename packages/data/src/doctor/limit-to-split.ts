import type { InspectedData, InspectedItem } from "./inspected-data.ts";

/** What rows of one split say. */
export function limitToSplit(data: InspectedData, split: string): InspectedData {
  const isThere = ({ row }: { readonly row: { readonly split?: string } }) => row.split === split;
  const judgements = data.judgements.filter(isThere);
  const rejected = data.rejected.filter(isThere);
  return {
    ...data,
    rowCount: judgements.length + rejected.length,
    splits: [split],
    images: itemsOf(data.images, split),
    captions: itemsOf(data.captions, split),
    judgements,
    rejected,
  };
}

function itemsOf(items: readonly InspectedItem[], split: string): InspectedItem[] {
  return items.flatMap((item) => {
    const rows = item.rows.filter((row) => row.split === split);
    return rows.length === 0 ? [] : { ...item, rows };
  });
}
