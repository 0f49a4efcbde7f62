import { countOf, directionNames, directions, formatCount, shorten } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Unpictured } from "../queries/item-table.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import { type Duplicates, findSameTexts, findSameVectors } from "./find-duplicates.ts";

/** What one should know before trusting the figures: ties, duplicates, what was cut or left out. */
export function notesSection(input: ReportInput, { withoutRoom, failed }: Unpictured): Markup {
  const notes = [
    ...tieNotes(input),
    ...duplicateNotes(input),
    ...directions.map((direction) => withoutRelevant(input, direction)),
    input.facts.truncated > 0
      ? `Cut to the model’s length: ${countOf(input.facts.truncated, "text")}.`
      : undefined,
    withoutRoom > 0
      ? `Shown by name only, to keep this file small: ${countOf(withoutRoom, "image")}.`
      : undefined,
    failed > 0
      ? `Shown by name only, since no picture could be made: ${countOf(failed, "image")}.`
      : undefined,
  ].filter((note) => note !== undefined);
  return section(
    "notes",
    "Ties, duplicates and limits",
    markup`<ul>${notes.map((note) => markup`<li>${note}</li>`)}</ul>`,
  );
}

function tieNotes({ facts, queries }: ReportInput): string[] {
  return directions.map((direction) => {
    const count = facts.ties[direction].queries;
    const all = formatCount(queries[direction].rows.length);
    const name = directionNames[direction];
    if (count === 0) return `${name}: no figure depends on ties.`;
    return `${name}: the figures of ${formatCount(count)} of ${all} queries depend on ties, which are treated as “${facts.protocol.ties}”.`;
  });
}

function duplicateNotes({ texts, images, embeddings }: ReportInput): (string | undefined)[] {
  const sameTexts = findSameTexts(texts);
  const vectors = embeddings && [
    say(
      findSameVectors(images, embeddings.image),
      "images have the same vector as another and tie with it",
    ),
    say(
      findSameVectors(texts, embeddings.text),
      "texts have the same vector as another and tie with it",
    ),
  ];
  const notes = [
    say(sameTexts, "texts differ from another only in case, spaces or punctuation"),
    ...(vectors ?? []),
  ];
  const advice = notes.some((note) => note !== undefined)
    ? "A duplicate that is not listed as right counts as wrong. semblance doctor DATA finds duplicates and near duplicates."
    : "No texts are the same but for case, spaces and punctuation.";
  return [...notes, advice];
}

function say({ items, examples }: Duplicates, what: string): string | undefined {
  if (items === 0) return undefined;
  const more = items > examples.length ? ", …" : "";
  return `${formatCount(items)} ${what}: ${examples.map((example) => `“${shorten(example, 80)}”`).join(", ")}${more}.`;
}

function withoutRelevant({ facts }: ReportInput, direction: "t2i" | "i2t"): string | undefined {
  const count = facts.withoutRelevant[direction];
  if (count === 0) return undefined;
  const noun = direction === "t2i" ? "text" : "image";
  const have =
    count === 1 ? "has no right answer and is no query" : "have no right answer and are no queries";
  return `${directionNames[direction]}: ${countOf(count, noun)} ${have}.`;
}
