import {
  type Dataset,
  type Encoder,
  type RunOptions,
  selectRows,
  withoutUndefined,
} from "@semblance/core";
import {
  type EncodedDataset,
  encodeDataset,
  itemsOf,
  judgementRows,
} from "../encoding/encode-dataset.ts";
import { placeEmbeddings, type StoredEmbeddings } from "../encoding/place-embeddings.ts";

/** What to encode, or to find the vectors of. */
export interface EncodeEvaluatedOptions extends RunOptions {
  readonly source: Encoder | StoredEmbeddings;
  /** What vectors are there for. */
  readonly dataset: Dataset;
  /** The same with all captions that count, or fewer. */
  readonly limited: Dataset;
  readonly split?: string;
  readonly batchSize?: number;
}

/** The vectors of what is evaluated: an encoder's, of no more than is needed, or those that are there. */
export async function encodeEvaluated(options: EncodeEvaluatedOptions): Promise<EncodedDataset> {
  const { dataset, limited, split, source, signal, onProgress, batchSize } = options;
  if ("scoring" in source) {
    return encodeDataset(
      withoutUndefined({
        encoder: source,
        dataset: limited,
        split,
        signal,
        onProgress,
        batchSize,
      }),
    );
  }
  const images = await placeEmbeddings(dataset, "image", { source, split });
  const placed = await placeEmbeddings(dataset, "text", { source, split });
  const wanted = new Set((await itemsOf(limited, "text", split)).map(({ id }) => id));
  const rows = placed.items.flatMap(({ id }, row) => (wanted.has(id) ? [row] : []));
  const failures = placed.failures.filter(({ input }) => wanted.has(input));
  const isWhole = rows.length === placed.items.length;
  const texts = placed.items.filter(({ id }) => wanted.has(id));
  const text = isWhole ? placed.embeddings : selectRows(placed.embeddings, rows);
  const judgements = await judgementRows(limited, split, images.items, texts);
  const pairs = { image: images.embeddings, text, judgements };
  return {
    pairs,
    images: images.items,
    texts,
    failures: [...images.failures, ...failures],
    truncated: 0,
  };
}
