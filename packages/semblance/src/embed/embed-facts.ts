/** One side of a dual encoder. */
export type Modality = "image" | "text";

/** Where the items come from; paths are absolute. */
export type EmbedSource =
  | { readonly kind: "images"; readonly patterns: readonly string[] }
  | { readonly kind: "texts"; readonly file: string; readonly sha256: string }
  | {
      readonly kind: "data";
      readonly file: string;
      /** `null` for data that is no single file. */
      readonly sha256: string | null;
      readonly columns: Readonly<Record<string, string>>;
      readonly baseFolder: string | null;
      /** The name of the reader asked for; `null` where the data said it. */
      readonly reader: string | null;
    };

/** What decides the output: work can go on only where all of it is the same. */
export interface EmbedFacts {
  /** Version of the command, which fixes those of all its parts. */
  readonly semblance: string;
  readonly model: {
    readonly id: string;
    readonly name: string;
    readonly dtype: string;
    readonly sha256: string | null;
  };
  readonly source: EmbedSource;
  readonly options: {
    readonly layout: "semblance" | "clip-retrieval";
    readonly rowsPerShard: number;
    readonly batchSize: number | null;
    readonly shard: { readonly number: number; readonly of: number };
  };
}

/** What is known of a list of entries once it is written. */
export interface ListingFacts {
  readonly items: number;
  /** Over the lines that name the entries. */
  readonly sha256: string;
  /** Metadata columns and their types, in order of first appearance. */
  readonly columns: Readonly<Record<string, "STRING" | "DOUBLE" | "BOOLEAN">>;
  /** The entries that are this machine's share: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
}

/** What is listed, by kind. */
export interface Listings {
  readonly image?: ListingFacts | undefined;
  readonly text?: ListingFacts | undefined;
  /** The rows of `clip-retrieval`: pairs of an image and a text, or one of them alone. */
  readonly pair?: ListingFacts | undefined;
}

/** The work that an output is made by, written once the input is listed. */
export interface EmbedPlan {
  readonly schema: 1;
  readonly facts: EmbedFacts;
  readonly dimension: number;
  readonly listings: Listings;
  /** Rows of a table that could not be read as items. */
  readonly failedRows: number;
}

/** A finished shard: its rows, and its files by path relative to the output. */
export interface ShardRecord {
  readonly of: Modality | "pair";
  readonly rows: number;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** How far one side is; everything behind it is done anew. */
export interface SideState {
  /** The item to go on with, counted in the whole input. */
  readonly next: number;
  /** Where its line begins in the listing. */
  readonly offset: number;
  /** Number of the shard being written. */
  readonly shard: number;
  /** Its rows so far. */
  readonly rows: number;
  /** Bytes of the list of these rows. */
  readonly rowBytes: number;
  readonly failures: number;
  readonly failureBytes: number;
  /** Texts that were cut to the length that the model reads. */
  readonly truncated: number;
  /** Whether all items are done: then the last shard is full too. */
  readonly isComplete: boolean;
  readonly sealed: readonly ShardRecord[];
}

/** What `manifest.json` says of a finished output; the same however often the work was resumed. */
export interface EmbedManifest extends EmbedFacts {
  readonly schema: 1;
  readonly input: Listings;
  readonly dimension: number;
  /** Rows written, items and table rows left out, and texts that were cut. */
  readonly counts: {
    readonly images?: number | undefined;
    readonly texts?: number | undefined;
    readonly pairs?: number | undefined;
    readonly failures: number;
    readonly truncated: number;
  };
  readonly shards: readonly ShardRecord[];
}
