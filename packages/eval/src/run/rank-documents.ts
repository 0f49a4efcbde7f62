import {
  compareTrecIds,
  dependsOnTies,
  type Grades,
  orderTies,
  type TieGroup,
  type TieMode,
  tieGroups,
} from "@semblance/core";
import type { QueryRows } from "./index-table.ts";

/** What {@link rankDocuments} ranks. */
export interface RankDocumentsOptions {
  /** The query's judgements. */
  readonly judged: QueryRows;
  /** What the run has for the query. */
  readonly retrieved: QueryRows;
  readonly ties: TieMode;
  /** By document number. */
  readonly documentIds: readonly string[];
  /** Room for a number a document: zeros, and zeros again afterwards. */
  readonly gradeOf: Float64Array;
}

/** Where one query's relevant documents stand: what metrics are made of. */
export interface RankedDocuments {
  readonly groups: readonly TieGroup[];
  /** By place in the run's list; relevant documents that are not in it follow behind. */
  readonly grades: Grades;
  /** Whether the order of tied documents decides what the query scores. */
  readonly isTied: boolean;
}

/** Ranks the documents that were retrieved for a query. */
export function rankDocuments(options: RankDocumentsOptions): RankedDocuments {
  const { retrieved, ties, documentIds } = options;
  const grades = gradesByPlace(options);
  const found = Array.from(grades.keys()).filter((place) => place < retrieved.values.length);
  // trec_eval reads scores into a C float.
  const scores = ties === "trec" ? Float32Array.from(retrieved.values) : retrieved.values;
  const tied = tieGroups(scores, found);
  const idAt = (place: number) => documentIds[retrieved.documents[place] ?? -1] ?? "";
  const compareTies = (a: number, b: number) => compareTrecIds(idAt(a), idAt(b));
  const groups = orderTies({ groups: tied, grades, ties, scores, compareTies });
  return { groups, grades, isTied: dependsOnTies(tied, grades) };
}

function gradesByPlace({ judged, retrieved, gradeOf }: RankDocumentsOptions): Map<number, number> {
  const grades = new Map<number, number>();
  for (let i = 0; i < judged.documents.length; i++) {
    const document = judged.documents[i] as number;
    gradeOf[document] = Math.max(gradeOf[document] as number, judged.values[i] as number);
  }
  for (let place = 0; place < retrieved.documents.length; place++) {
    const document = retrieved.documents[place] as number;
    const grade = gradeOf[document] as number;
    if (grade === 0) continue;
    grades.set(place, grade);
    gradeOf[document] = 0;
  }
  for (let i = 0; i < judged.documents.length; i++) {
    const document = judged.documents[i] as number;
    const grade = gradeOf[document] as number;
    if (grade > 0) grades.set(retrieved.documents.length + i, grade);
    gradeOf[document] = 0;
  }
  return grades;
}
