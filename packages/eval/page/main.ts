import type { BrowserData, BrowserQuery } from "../src/report/queries/browser-data.ts";
import { card } from "./card.ts";
import { choose, readChoice } from "./choose.ts";
import { byId } from "./dom.ts";

const perPage = 10;

const form = byId("controls", HTMLFormElement);
const cards = byId("cards", HTMLOListElement);
const found = byId("found", HTMLParagraphElement);
const pages = byId("pages", HTMLElement);
const data: BrowserData = JSON.parse(byId("report-data", HTMLScriptElement).text);
let queries: readonly BrowserQuery[] = [];
let page = 0;

function refresh(): void {
  showSlices(readChoice(form, 0).direction);
  const choice = readChoice(form, data.slices.length);
  queries = choose(data, choice);
  page = 0;
  showPage();
  const all = data.directions[choice.direction].length;
  found.textContent = `${queries.length} of ${all} queries here`;
}

function showPage(): void {
  const start = page * perPage;
  const shown = queries.slice(start, start + perPage);
  cards.replaceChildren(...shown.map((query) => card(data, query)));
  cards.start = start + 1;
  const last = Math.max(0, Math.ceil(queries.length / perPage) - 1);
  pages.hidden = last === 0;
  byId("page", HTMLSpanElement).textContent = `page ${page + 1} of ${last + 1}`;
  byId("previous", HTMLButtonElement).disabled = page === 0;
  byId("next", HTMLButtonElement).disabled = page === last;
}

function turn(step: number): void {
  page += step;
  showPage();
  // The button may be disabled now and lose the focus; the list is where one goes on reading.
  cards.focus();
  cards.scrollIntoView({ block: "start" });
}

/** Shows the slices of a direction; those of the other stop to count. */
function showSlices(direction: "t2i" | "i2t"): void {
  for (const label of form.querySelectorAll<HTMLLabelElement>("[data-direction]")) {
    label.hidden = label.dataset.direction !== direction;
    const select = label.querySelector("select");
    if (label.hidden && select) select.value = "-1";
  }
}

form.addEventListener("input", refresh);
form.addEventListener("submit", (event) => event.preventDefault());
byId("previous", HTMLButtonElement).addEventListener("click", () => turn(-1));
byId("next", HTMLButtonElement).addEventListener("click", () => turn(1));
form.hidden = false;
refresh();
