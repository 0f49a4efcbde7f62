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
    ...describeIds("Texts", idsOf(a, "t2i"), idsOf(b, "t2i")),
    ...describeIds("Images", idsOf(a, "i2t"), idsOf(b, "i2t")),
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
    return [`${what} only in ${place} (${only.length}): ${listSome(only)}`];
  });
}

function describeJudgements(a: EvaluatedQueries, b: EvaluatedQueries): string[] {
  const relevant = new Map(b.queries.map((line) => [`${line.direction} ${line.query}`, line]));
  const changed = a.queries.filter((line) => {
    const other = relevant.get(`${line.direction} ${line.query}`);
    return other && !isSameSet(line.relevant, other.relevant);
  });
  if (changed.length === 0) return [];
  const some = listSome(changed.map(({ direction, query }) => `${query} (${direction})`));
  return [`Queries with other relevant items (${changed.length}): ${some}`];
}

function listSome(ids: readonly string[]): string {
  const shown = ids.slice(0, idsShown).join(", ");
  return ids.length > idsShown ? `${shown}, ….` : `${shown}.`;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const other = new Set(b);
  return a.length === b.length && a.every((id) => other.has(id));
}
