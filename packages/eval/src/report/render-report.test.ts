import { expect, test } from "vitest";
import { createReportInput } from "../fixtures/report-input.ts";
import { reportedAbstention, reportedCalibration } from "../fixtures/reported-calibration.ts";
import type { BrowserData } from "./queries/browser-data.ts";
import { renderReport } from "./render-report.ts";

function dataOf(html: string): BrowserData {
  const [, json = ""] = /id="report-data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}

const hostile = `</script><img src=x onerror="globalThis.broken = true"><!--`;

test("the figures of the evaluation stand in the page with their intervals", async () => {
  const input = await createReportInput({ images: 12 });
  const { value, ci95: [low = 0, high = 0] = [] } = input.facts.metrics["t2i.hit@5"] ?? {};
  const html = await renderReport(input);
  expect(html).toContain(`<span class="value">${value?.toFixed(3)}</span>`);
  expect(html).toContain(`<span class="bounds">${low.toFixed(3)}–${high.toFixed(3)}</span>`);
});

test("every query is there to browse, with its hits, right answers and rank", async () => {
  const input = await createReportInput({ images: 12 });
  const { directions, items } = dataOf(await renderReport(input));
  expect([directions.t2i.length, directions.i2t.length]).toEqual([24, 12]);
  for (const { item, rank, hits, right } of directions.t2i) {
    const [, image] = /image (\d+)/.exec(items[item]?.label ?? "") ?? [];
    const isRight = hits.map((hit) => items[hit.item]?.label === `photo-${image}.jpg`);
    expect(hits.map((hit) => hit.isRight)).toEqual(isRight);
    expect(right.map((answer) => items[answer.item]?.label)).toEqual([`photo-${image}.jpg`]);
    if (rank <= 10) expect(isRight.indexOf(true) + 1).toBe(rank);
  }
});

test("what a caption says stays text", async () => {
  const input = await createReportInput({ images: 8, caption: (i) => `${hostile} ${i}` });
  const html = await renderReport({ ...input, facts: { ...input.facts, failures: [failure()] } });
  expect(html).not.toContain("<img src=x");
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(dataOf(html).items.some(({ label }) => label === `${hostile} 3`)).toBe(true);
});

function failure() {
  return { index: 0, input: hostile, code: "IMAGE_UNREADABLE", message: `${hostile} is broken` };
}

test("the rules of captions and folds are named where there are some", async () => {
  const input = await createReportInput({ images: 4 });
  const protocol = { ...input.facts.protocol, captionsPerImage: 5, folds: 3 };
  const html = await renderReport({ ...input, facts: { ...input.facts, protocol } });
  expect(html).toContain("the first 5 of each image");
  expect(html).toContain("3 parts of the images");
  expect(await renderReport(input)).not.toContain("of each image");
});

test("the page allows its own script and style, and nothing else", async () => {
  const html = await renderReport(await createReportInput({ images: 4 }));
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const [, style = ""] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const [, script = ""] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  expect(policy.replaceAll("&#39;", "'").split("; ")).toEqual([
    "default-src 'none'",
    "img-src data:",
    `style-src '${await hashOf(style)}'`,
    `script-src '${await hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

test("the page speaks of the lowest cut-off where there is no 1, and of no intervals it lacks", async () => {
  const input = await createReportInput({ images: 12 });
  const metrics = Object.entries(input.facts.metrics).flatMap(([name, { value, n }]) =>
    name.endsWith("@1") ? [] : [[name, { value, n }]],
  );
  const facts = { ...input.facts, metrics: Object.fromEntries(metrics) };
  const html = await renderReport({ ...input, facts });
  expect(html).toContain("of the texts find a right image among the first 5");
  expect(html).toContain("<dt>Intervals</dt><dd>none</dd>");
  expect(html).not.toContain("NaN");
});

test("duplicates are named, and what to do about them", async () => {
  const caption = (image: number) => (image < 2 ? "A dog." : `caption ${image}`);
  const html = await renderReport(await createReportInput({ images: 6, captions: 1, caption }));
  expect(html).toContain(
    "2 texts differ from another only in case, spaces or punctuation: “A dog.”, “A dog.”.",
  );
  expect(html).toContain("semblance doctor DATA");
});

test("thumbnails are stored once each, until their room is used up", async () => {
  const input = await createReportInput({ images: 30 });
  const uri = `data:image/webp;base64,${"A".repeat(975)}`;
  const limits = { thumbnails: 10 * uri.length };
  const html = await renderReport({ ...input, limits, thumbnail: async () => uri });
  expect(dataOf(html).items.filter(({ thumbnail }) => thumbnail !== undefined)).toHaveLength(10);
  expect(html).toContain("Shown by name only, to keep this file small: 20 images.");
  expect(html).not.toContain("no picture could be made");
});

test("images of which no picture could be made are counted", async () => {
  const input = await createReportInput({ images: 12 });
  const thumbnail = async ({ id }: { readonly id: string }) =>
    id === "photo-3.jpg" ? undefined : "data:image/webp;base64,AAAA";
  const html = await renderReport({ ...input, thumbnail });
  expect(html).toContain("Shown by name only, since no picture could be made: 1 image.");
  expect(html).not.toContain("to keep this file small");
});

test("texts that were cut, and queries without a right answer, are counted", async () => {
  const input = await createReportInput({ images: 4 });
  const facts = { ...input.facts, truncated: 1, withoutRelevant: { t2i: 1, i2t: 0 } };
  const html = await renderReport({ ...input, facts });
  expect(html).toContain("Cut to the model’s length: 1 text.");
  expect(html).toContain("text → image: 1 text has no right answer and is no query.");
  expect(html).not.toContain("image → text: 0");
});

test("texts of any length do not make the page long", async () => {
  const caption = (image: number) => `${image} ${"word ".repeat(20_000)}`;
  const html = await renderReport(await createReportInput({ images: 12, caption }));
  expect(html.length).toBeLessThan(150_000);
  expect(dataOf(html).items.some(({ label }) => /^\d+ (word )+.{0,5}…$/.test(label))).toBe(true);
});

test("a page of many queries holds as many as it is told to, and says so", async () => {
  const input = await createReportInput({ images: 60 });
  const html = await renderReport({ ...input, limits: { queries: 20 } });
  const { directions } = dataOf(html);
  expect([directions.t2i.length, directions.i2t.length]).toEqual([20, 20]);
  expect(html).toContain("drawn evenly over their ranks");
});

test("a model that is not calibrated is said to be none, with what to type", async () => {
  const html = await renderReport(await createReportInput({ images: 4 }));
  expect(html).toContain("This model is not calibrated");
  expect(html).toContain("semblance calibrate -m MODEL -d VAL");
});

test("a calibration is shown with its diagram, ECE and Brier score before and after", async () => {
  const input = await createReportInput({ images: 4 });
  const html = await renderReport({ ...input, calibration: reportedCalibration });
  expect(html).toContain("Calibrated by <b>platt</b> on 500 matching and 24,500 other pairs");
  expect(html).toContain(
    '<td><span class="value">0.0456</span> <span class="bounds">0.0356–0.0556</span></td>',
  );
  expect(html.match(/class="link (first|second)"/g)).toHaveLength(4);
});

test("a calibration says below which score a search has found nothing, in both directions", async () => {
  const input = await createReportInput({ images: 4 });
  const shown = { calibration: reportedCalibration, abstention: reportedAbstention };
  const html = await renderReport({ ...input, ...shown });
  expect(html).toContain(
    "<b>text → image</b>: no answer below a score of 0.250 (probability 0.120), measured against 1,000 images. Of 5,000 queries whose targets were removed 4.0 % (95 % interval 3.0 % to 5.0 %) still get an answer, where 5.0 % were allowed; with their targets in place 83.0 % (95 % interval 82.0 % to 84.0 %) keep theirs.",
  );
  expect(html).toContain("<b>image → text</b>: no answer below a score of 0.300, measured against");
});

test.each([
  ["all-pairs", "too few queries were measured to show it"],
  ["listed", "a list of pairs does not show it"],
] as const)("a calibration of %s without abstention says why", async (rule, reason) => {
  const input = await createReportInput({ images: 4 });
  const sampling = { ...reportedCalibration.sampling, rule };
  const html = await renderReport({ ...input, calibration: { ...reportedCalibration, sampling } });
  expect(html).toContain(reason);
});

test("without vectors there is no matrix, and the rest stands", async () => {
  const { embeddings: _, ...input } = await createReportInput({ images: 4 });
  const html = await renderReport(input);
  expect(html).toContain("There are no vectors to compare here.");
  expect(dataOf(html).directions.t2i[0]?.right[0]?.score).toBeNull();
});

test("the matrix of examples has the pairs on its diagonal", async () => {
  const html = await renderReport(await createReportInput({ images: 20 }));
  const [, table = ""] = /<table class="heat">(.*?)<\/table>/s.exec(html) ?? [];
  const rows = table.match(/<tr>.*?<\/tr>/gs)?.slice(1) ?? [];
  const right = rows.map((row) =>
    row.match(/<td class="[^"]*"/g)?.map((td) => td.includes("right")),
  );
  expect(right).toEqual(rows.map((_, i) => rows.map((_, j) => i === j)));
  expect(rows).toHaveLength(8);
});

test("an aborted signal ends the making of thumbnails with its reason", async () => {
  const input = await createReportInput({ images: 30 });
  const abort = new AbortController();
  const thumbnail = async () => {
    abort.abort(new Error("enough"));
    return undefined;
  };
  await expect(renderReport({ ...input, thumbnail, signal: abort.signal })).rejects.toThrow(
    "enough",
  );
});
