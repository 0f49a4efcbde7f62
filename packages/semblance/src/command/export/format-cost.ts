import type { ExportCost, PrecisionCost } from "@semblance/trainer-bridge";

/** What each precision of an export costs, a line each. */
export function formatCost(cost: ExportCost): string[] {
  const { images, texts } = cost.items;
  const on = cost.dataset ? "" : "; give --data to see what it does to a ranking";
  return [
    `Cost of each precision, on ${images} images and ${texts} texts${on}:`,
    ...Object.entries(cost.precisions).map(([dtype, facts]) => formatPrecision(dtype, facts)),
  ];
}

function formatPrecision(dtype: string, { bytes, toTorch, agreement, change }: PrecisionCost) {
  const cosine = Math.min(toTorch.image.minCosine, toTorch.text.minCosine);
  const parts = [`${(bytes / 1e6).toFixed(1)} MB`, `smallest cosine ${cosine.toFixed(6)}`];
  for (const way of ["t2i", "i2t"]) {
    const same = agreement?.[`${way}.agreement@1`];
    const gain = change?.[`${way}.hit@1`];
    if (same !== undefined) parts.push(`${way} same first ${(100 * same).toFixed(1)} %`);
    if (gain !== undefined) parts.push(`hit@1 ${gain < 0 ? "" : "+"}${gain.toFixed(4)}`);
  }
  return `  ${dtype}: ${parts.join(", ")}`;
}
