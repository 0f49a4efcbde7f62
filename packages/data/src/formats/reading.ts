import { basename, extname, resolve } from "node:path";
import { type Dataset, DatasetError, type ItemFailure } from "@semblance/core";
import {
  createDatasetBuilder,
  type DatasetBuilder,
  type NewItem,
} from "../dataset/dataset-builder.ts";
import { createMemoryDataset } from "../dataset/memory-dataset.ts";
import { shorten } from "../source/shorten.ts";

/** An entry of a source, for messages. */
export interface Place {
  /** Its number in its file, from 0. */
  readonly index: number;
  /** In words: `captions.txt:12`, or `dataset.json, images[3]`. */
  readonly where: string;
  /** What stands there: a text, or a JSON value. */
  readonly input: unknown;
}

/** Why an entry cannot be used. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** A source on its way to becoming a dataset: what was found, and what could not be used. */
export interface Reading extends Pick<DatasetBuilder, "has" | "judge"> {
  /** Adds the item, or lists that its id has another content already and returns `false`. */
  addItem(modality: "image" | "text", item: NewItem, place: Place): boolean;
  /** Lists an entry that is left out. */
  fail(place: Place, problem: Problem): void;
  /** @throws {@link DatasetError} `DATASET_EMPTY` without an image or without a text. */
  toDataset(): Dataset;
}

/** Begins to read a file or a folder. */
export function createReading(source: string): Reading {
  const builder = createDatasetBuilder();
  const failures: ItemFailure[] = [];
  const fail: Reading["fail"] = (place, problem) => {
    failures.push(describeFailure(place, problem));
  };
  return {
    fail,
    has: builder.has,
    judge: builder.judge,
    addItem(modality, item, place) {
      const message = builder.conflictOf(modality, item);
      if (message !== undefined) fail(place, { code: "ID_CONFLICT", message });
      else builder.addItem(modality, item);
      return message === undefined;
    },
    toDataset() {
      const parts = builder.parts();
      if (parts.images.length === 0 || parts.texts.length === 0) throw empty(source, failures);
      return createMemoryDataset({ name: nameOf(source), failures, ...parts });
    },
  };
}

/** Lists an entry that is left out, with its place in words. */
export function describeFailure(place: Place, { code, message }: Problem): ItemFailure {
  const { index, where, input } = place;
  const text = typeof input === "string" ? input : (JSON.stringify(input) ?? "");
  return { index, input: shorten(text), code, message: `${where}: ${message}` };
}

function nameOf(source: string): string {
  // "." has a name, too.
  return basename(resolve(source), extname(source));
}

function empty(source: string, failures: readonly ItemFailure[]): DatasetError {
  const first = failures[0] === undefined ? "" : ` The first failure: ${failures[0].message}`;
  return new DatasetError({
    code: "DATASET_EMPTY",
    message: `${source} has no image with a text that can be used.${first}`,
    fix: "Check that the source is whole, or name another reader.",
    position: { file: source },
    failures,
  });
}
