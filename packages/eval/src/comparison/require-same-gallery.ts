import { DatasetError } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";
import type { EvaluatedQueries, EvaluationDocument } from "./evaluation-document.ts";

/**
 * @throws {@link DatasetError} with code `GALLERIES_DIFFER` unless both results rank the same items
 * with the same judgements; the message says what is different.
 */
export function requireSameGallery(a: EvaluatedQueries, b: EvaluatedQueries): void {
  const [own, other] = [a.document.dataset, b.document.dataset];
  if (own.galleryHash === other.galleryHash) return;
  const differences = [
    ...describeIds("texts", idsOf(a, "t2i"), idsOf(b, "t2i")),
    ...describeIds("images", idsOf(a, "i2t"), idsOf(b, "i2t")),
    ...describeJudgements(a, b),
  ];
  const found = differences.length > 0 ? ` ${differences.join(" ")}` : "";
  throw new DatasetError({
    code: "GALLERIES_DIFFER",
    message:
      `The results are over different galleries, so their figures cannot be compared. ` +
      `a: ${describe(own)}. b: ${describe(other)}.${found}`,
    fix: "Evaluate both models on the same data and split. A result leaves out items that failed.",
  });
}

function describe(dataset: EvaluationDocument["dataset"]): string {
  const { name, split, images, texts, pairs } = dataset;
  const part = split === null ? "" : `, split "${split}"`;
  return `${name}${part}, ${images} images, ${texts} texts, ${pairs} pairs`;
}

function idsOf({ queries }: EvaluatedQueries, direction: Direction): ReadonlySet<string> {
  return new Set(queries.filter((line) => line.direction === direction).map(({ query }) => query));
}

const idsShown = 3;

function describeIds(what: string, a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [
    { only: [...a].filter((id) => !b.has(id)), place: "a" },
    { only: [...b].filter((id) => !a.has(id)), place: "b" },
  ].flatMap(({ only, place }) => {
    if (only.length === 0) return [];
    const shown = only.slice(0, idsShown).join(", ");
    return [
      `${only.length} ${what} only in ${place}: ${shown}${only.length > idsShown ? ", …" : "."}`,
    ];
  });
}

function describeJudgements(a: EvaluatedQueries, b: EvaluatedQueries): string[] {
  const relevant = new Map(b.queries.map((line) => [`${line.direction} ${line.query}`, line]));
  const changed = a.queries.filter((line) => {
    const other = relevant.get(`${line.direction} ${line.query}`);
    return other && !isSameSet(line.relevant, other.relevant);
  });
  const [first] = changed;
  if (!first) return [];
  return [
    `${changed.length} queries have other relevant items, "${first.query}" (${first.direction}) first.`,
  ];
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const other = new Set(b);
  return a.length === b.length && a.every((id) => other.has(id));
}
