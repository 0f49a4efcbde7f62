import { z } from "zod";

/** How far rows of embeddings are apart, L2-normalised first. */
export interface Distance {
  /** Largest difference of a component. */
  readonly maxAbs: number;
  readonly minCosine: number;
}

/** The distance of both towers. */
export interface TowerDistance {
  readonly image: Distance;
  readonly text: Distance;
}

/** What a precision costs. */
export interface PrecisionCost {
  /** Of both graphs, in bytes. */
  readonly bytes: number;
  /** Distance to PyTorch in float32. */
  readonly toTorch: TowerDistance;
  /** Distance to the fp32 graphs. */
  readonly toFp32: TowerDistance;
  /**
   * `t2i.agreement@1`, `i2t.agreement@10`, …: the mean share, in 0..1, of a query's first k items that
   * PyTorch ranks there too (Webber, Moffat and Zobel 2010, agreement at depth k); `null` without a
   * dataset.
   */
  readonly agreement: Readonly<Record<string, number>> | null;
  /** `t2i.hit@1`, `i2t.mrr`, …; `null` without a dataset. */
  readonly metrics: Readonly<Record<string, number>> | null;
  /** `metrics` less PyTorch's. */
  readonly change: Readonly<Record<string, number>> | null;
}

/** What fewer bits cost, measured. */
export interface ExportCost {
  /** How many took part. */
  readonly items: { readonly images: number; readonly texts: number };
  /** Whether they are a dataset's; otherwise the certificate's items, and nothing was ranked. */
  readonly dataset: boolean;
  /** PyTorch's. */
  readonly metrics: Readonly<Record<string, number>> | null;
  /** By precision; fp32 is always among them. */
  readonly precisions: Readonly<Record<string, PrecisionCost>>;
}

/** How far the exported fp32 graphs are from PyTorch, on L2-normalised embeddings. */
export interface Certificate extends TowerDistance {
  /** `"torch 2.13.0"` */
  readonly reference: string;
  /** `"onnxruntime 1.32.0"` */
  readonly runtime: string;
  readonly items: { readonly images: number; readonly texts: number };
  readonly tolerance: number;
  /** `null` for an export of fp32 without a dataset. */
  readonly cost: ExportCost | null;
}

const distance = z.object({ maxAbs: z.number(), minCosine: z.number() });
const towers = z.object({ image: distance, text: distance });
const items = z.object({ images: z.number(), texts: z.number() });
const figures = z.record(z.string(), z.number()).nullable();

const precision = z.object({
  bytes: z.number(),
  toTorch: towers,
  toFp32: towers,
  agreement: figures,
  metrics: figures,
  change: figures,
});

/** The certificate as Python writes it. */
export const certificateSchema: z.ZodType<Certificate> = towers.extend({
  reference: z.string(),
  runtime: z.string(),
  items,
  tolerance: z.number(),
  cost: z
    .object({
      items,
      dataset: z.boolean(),
      metrics: figures,
      precisions: z.record(z.string(), precision),
    })
    .nullable(),
});
