import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type Item, type Metadata, parseConfig } from "@semblance/core";
import { z } from "zod";
import type { ListingFacts } from "./embed-facts.ts";
import { readLines } from "./read-lines.ts";

/** An item in a listing. */
export interface ListedItem {
  readonly id: string;
  /** Left out where it is the id alone. */
  readonly content?: readonly string[] | undefined;
  readonly metadata?: Metadata | undefined;
}

/** What {@link ListedItem} is checked by, and whatever has its fields. */
export const listedItemShape: {
  readonly id: z.ZodString;
  readonly content: z.ZodOptional<z.ZodArray<z.ZodString>>;
  readonly metadata: z.ZodOptional<z.ZodType<Metadata>>;
} = {
  id: z.string(),
  content: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
};

/** What {@link ListedItem} is checked by. */
export const listedItemSchema: z.ZodType<ListedItem> = z.strictObject(listedItemShape);

/** An item as a listing has it. */
export function toListedItem({ id, content, metadata }: Item): ListedItem {
  const isIdAlone = content.length === 1 && content[0] === id;
  return {
    id,
    ...(isIdAlone ? {} : { content: [...content] }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/** What the item is made of: one text, or the paths or URLs of one or more images. */
export function contentOf({ id, content }: ListedItem): readonly string[] {
  return content ?? [id];
}

/** What is known of a listing, before it is known whose share of it is embedded. */
export type WholeListing = Omit<ListingFacts, "start" | "end">;

const bytesAtOnce = 1 << 20;

/**
 * Writes one line of JSON per entry, as they come, so that work can go on in the middle of them later,
 * with the same ones.
 */
export async function writeListing(
  path: string,
  entries: AsyncIterable<{ readonly metadata?: Metadata | undefined }>,
  onEntry: (count: number) => void = () => {},
): Promise<WholeListing> {
  const columns: Columns = new Map();
  const digest = createHash("sha256");
  let items = 0;
  let text = "";
  const file = await open(path, "w");
  const flush = async () => {
    digest.update(text);
    await file.appendFile(text);
    text = "";
  };
  try {
    for await (const entry of entries) {
      text += `${JSON.stringify(entry)}\n`;
      addColumns(columns, entry.metadata);
      onEntry(++items);
      if (text.length > bytesAtOnce) await flush();
    }
    await flush();
    await file.datasync();
  } finally {
    await file.close();
  }
  return { items, sha256: digest.digest("hex"), columns: Object.fromEntries(columns) };
}

type ColumnType = ListingFacts["columns"][string];
type Columns = Map<string, ColumnType>;

const columnTypes: Readonly<Record<string, ColumnType>> = {
  string: "STRING",
  number: "DOUBLE",
  boolean: "BOOLEAN",
};

// A column whose values are of several types is one of texts.
function addColumns(columns: Columns, metadata: Metadata = {}): void {
  for (const [name, value] of Object.entries(metadata)) {
    const type = columnTypes[typeof value] ?? "STRING";
    columns.set(name, (columns.get(name) ?? type) === type ? type : "STRING");
  }
}

/** An entry, and where the next one begins. */
export interface ListingLine<Entry> {
  readonly entry: Entry;
  readonly end: number;
}

/** Reads the entries of a listing, or of a list of rows, from a byte offset on. */
export async function* readListing<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  start = 0,
): AsyncGenerator<ListingLine<z.output<Schema>>, void, undefined> {
  for await (const { text, end } of readLines(path, start)) {
    yield { entry: parseConfig(schema, JSON.parse(text), path), end };
  }
}
