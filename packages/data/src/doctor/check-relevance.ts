import { groupBy } from "../dataset/group-by.ts";
import { type Detection, toFindingItem } from "./detection.ts";
import { firstRows, type InspectedData, type InspectedJudgement } from "./inspected-data.ts";

/** Relevance that says nothing, or two things at once. */
export function checkRelevance(data: InspectedData): Detection[] {
  const { judgements, hasRelevance } = data;
  if (!judgements.some(({ relevance }) => relevance > 0)) return [nothingRelevant(data)];
  if (!hasRelevance) return [];
  const values = new Set(judgements.map(({ relevance }) => relevance));
  return [
    ...(values.size === 1 && !values.has(1) ? [listed("constant-relevance", judgements)] : []),
    listed(
      "negative-relevance",
      judgements.filter(({ relevance }) => relevance < 0),
    ),
    mixedScale(judgements),
    conflicting(judgements),
  ];
}

/** Where no row is judged, for want of usable rows or of judgements, whatever rows there are. */
function nothingRelevant({ judgements, rejected, captions }: InspectedData): Detection {
  if (judgements.length > 0) return listed("nothing-relevant", judgements);
  const rows = rejected.length > 0 ? rejected.map(({ row }) => row) : captions.flatMap(firstRows);
  return { kind: "nothing-relevant", items: rows.map((row) => toFindingItem(row)) };
}

/** Shares of 1 beside values above 1 are of two scales; the fewer are listed. */
function mixedScale(judgements: readonly InspectedJudgement[]): Detection {
  const shares = judgements.filter(({ relevance }) => relevance > 0 && relevance < 1);
  const beyond = judgements.filter(({ relevance }) => relevance > 1);
  const fewer = shares.length < beyond.length ? shares : beyond;
  return listed("mixed-relevance-scale", shares.length > 0 && beyond.length > 0 ? fewer : []);
}

function conflicting(judgements: readonly InspectedJudgement[]): Detection {
  const pairs = groupBy(judgements, ({ row, imageId, textId }) => [
    JSON.stringify([imageId, textId, row.split]),
  ]);
  const groups = [...pairs.values()].filter((pair) => {
    const relevant = pair.filter(({ relevance }) => relevance > 0).length;
    return relevant > 0 && relevant < pair.length;
  });
  return {
    kind: "conflicting-relevance",
    count: groups.length,
    items: groups.flatMap((pair, group) =>
      pair.map(({ row, relevance }) =>
        toFindingItem(row, { group, reason: `relevance ${relevance}` }),
      ),
    ),
  };
}

function listed(kind: Detection["kind"], judgements: readonly InspectedJudgement[]): Detection {
  const items = judgements.map(({ row, relevance }) =>
    toFindingItem(row, { reason: `relevance ${relevance}` }),
  );
  return { kind, items };
}
