import { z } from "zod";
import type { EmbedManifest, EmbedPlan, SideState } from "./embed-facts.ts";

const count = z.int().min(0);
const countAboveZero = z.int().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const facts = {
  semblance: z.string(),
  model: z.strictObject({
    id: z.string(),
    name: z.string(),
    dtype: z.string(),
    sha256: sha256.nullable(),
  }),
  source: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("images"), patterns: z.array(z.string()) }),
    z.strictObject({ kind: z.literal("texts"), file: z.string(), sha256 }),
    z.strictObject({
      kind: z.literal("data"),
      file: z.string(),
      sha256: sha256.nullable(),
      columns: z.record(z.string(), z.string()),
      baseFolder: z.string().nullable(),
      reader: z.string().nullable(),
    }),
  ]),
  options: z.strictObject({
    layout: z.enum(["semblance", "clip-retrieval"]),
    rowsPerShard: countAboveZero,
    batchSize: countAboveZero.nullable(),
    shard: z.strictObject({ number: countAboveZero, of: countAboveZero }),
  }),
};

const listing = z.strictObject({
  items: count,
  sha256,
  columns: z.record(z.string(), z.enum(["STRING", "DOUBLE", "BOOLEAN"])),
  start: count,
  end: count,
});

const listings = z.strictObject({
  image: listing.optional(),
  text: listing.optional(),
  pair: listing.optional(),
});

const shards = z.array(
  z.strictObject({
    of: z.enum(["image", "text", "pair"]),
    rows: count,
    files: z.record(z.string(), z.strictObject({ sha256, bytes: count })),
  }),
);

/** The work in progress, as it is kept in a file. */
export const embedPlanSchema: z.ZodType<EmbedPlan> = z.strictObject({
  schema: z.literal(1),
  facts: z.strictObject(facts),
  dimension: countAboveZero,
  listings,
  failedRows: count,
});

/** How far a side is, as it is kept in a file. */
export const sideStateSchema: z.ZodType<SideState> = z.strictObject({
  next: count,
  offset: count,
  shard: count,
  rows: count,
  rowBytes: count,
  failures: count,
  failureBytes: count,
  truncated: count,
  isComplete: z.boolean(),
  sealed: shards,
});

/** `manifest.json`. */
export const embedManifestSchema: z.ZodType<EmbedManifest> = z.strictObject({
  schema: z.literal(1),
  ...facts,
  input: listings,
  dimension: countAboveZero,
  counts: z.strictObject({
    images: count.optional(),
    texts: count.optional(),
    pairs: count.optional(),
    failures: count,
    truncated: count,
  }),
  shards,
});
