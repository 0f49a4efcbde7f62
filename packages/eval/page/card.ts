import type { BrowserData, BrowserItem, BrowserQuery } from "../src/report/queries/browser-data.ts";
import { element } from "./dom.ts";

/** A query with what came and what was right. */
export function card(data: BrowserData, query: BrowserQuery): HTMLLIElement {
  const asked = element("div", "asked", show(data, query.item));
  const rank = element("p", query.rank > 1 ? "rank miss" : "rank", rankText(query.rank));
  const made = element(
    "li",
    "card",
    element("div", "question", element("h3", "", "Query"), asked, rank),
    element("div", "right-answers", element("h4", "", rightTitle(query)), rightList(data, query)),
    element("div", "came", element("h4", "", "What came, best first"), hitList(data, query)),
  );
  return made;
}

function rankText(rank: number): string {
  if (Number.isInteger(rank)) return `first right answer at rank ${rank.toLocaleString("en-US")}`;
  return `first right answer at rank ${rank.toFixed(1)} on average over ties`;
}

function rightTitle({ right, rightCount }: BrowserQuery): string {
  if (rightCount <= right.length) return "What was right";
  return `What was right: ${right.length} of ${rightCount}`;
}

function rightList(data: BrowserData, { right }: BrowserQuery): HTMLUListElement {
  const entries = right.map(({ item, score }) =>
    element("li", "answer", show(data, item), ...(score === null ? [] : [scoreOf(score)])),
  );
  return element("ul", listKind(data, right[0]?.item), ...entries);
}

function hitList(data: BrowserData, { hits }: BrowserQuery): HTMLElement {
  if (hits.length === 0) return element("p", "", "No hits were kept.");
  const entries = hits.map(({ item, score, isRight }) => {
    const verdict = element("span", "verdict", isRight ? "✓ right" : "✗ wrong");
    const kind = isRight ? "answer is-right" : "answer";
    return element("li", kind, show(data, item), scoreOf(score), verdict);
  });
  return element("ol", listKind(data, hits[0]?.item), ...entries);
}

function listKind(data: BrowserData, place = -1): string {
  return data.items[place]?.isImage ? "pictures" : "sentences";
}

function scoreOf(score: number): HTMLSpanElement {
  return element("span", "score", score.toFixed(3).replace("-", "−"));
}

function show(data: BrowserData, place: number): HTMLElement {
  const item = data.items[place];
  if (item === undefined) return element("span", "label", "?");
  return item.isImage ? picture(item) : element("span", "label", item.label);
}

function picture({ thumbnail, label }: BrowserItem): HTMLElement {
  if (thumbnail === undefined) return element("span", "label no-picture", label);
  const image = element("img", "");
  image.src = thumbnail;
  image.alt = label;
  image.title = label;
  return image;
}
