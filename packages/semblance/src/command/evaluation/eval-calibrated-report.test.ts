import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findChromium } from "#chromium";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { writeMatchingPairs } from "../../../fixtures/matching-pairs.ts";
import { findBarriers, viewPage } from "../../../fixtures/report-page.ts";
import { tinyModel } from "../../../fixtures/tiny-model.ts";

const executablePath = findChromium();
let folder: string;
let calibrated: string;
const at = (name: string) => join(folder, name);
const parameters = () => ["-m", at("model"), "-d", at("pairs.csv")];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "semblance report "));
  cpSync(tinyModel, at("model"), { recursive: true });
  await writeMatchingPairs(folder);
  const wanted = ["--target", "recall=0.5", "--false-alarms", "0.3"];
  const { exitCode } = await runCommand("calibrate", ...parameters(), ...wanted);
  expect(exitCode).toBe(0);
  calibrated = readFileSync(at("model/semblance.json"), "utf8");
}, 60_000);
beforeEach(() => writeFileSync(at("model/semblance.json"), calibrated));
afterAll(() => rmSync(folder, { recursive: true }));

async function writeReport(): Promise<string> {
  const { exitCode } = await runCommand("eval", ...parameters(), "--report", at("report.html"));
  expect(exitCode).toBe(0);
  return readFileSync(at("report.html"), "utf8");
}

test("a calibrated model's report has the reliability, the threshold and the limit of searches that its calibration found", async () => {
  const html = await writeReport();
  const { reliability, method } = JSON.parse(calibrated).calibration.calibration;
  expect(html).toContain(
    `Calibrated by <b>${method}</b> on 16 matching and 240 other pairs of pairs`,
  );
  expect(html).toContain(`<span class="value">${reliability.before.ece.value.toFixed(4)}</span>`);
  expect(html).toContain(`<span class="value">${reliability.after.brier.value.toFixed(4)}</span>`);
  expect(html).toContain('<th scope="row">recall 50.0 %</th>');
  const { threshold } = JSON.parse(calibrated).calibration.abstention.t2i;
  expect(html).toContain(`<b>text → image</b>: no answer below a score of ${threshold.toFixed(3)}`);
});

// A browser is slow beside all other tests.
const options = { timeout: 60_000 };

test.skipIf(executablePath === undefined)("axe finds nothing in it", options, async () => {
  await writeReport();
  const browser = await chromium.launch({
    executablePath: executablePath ?? "",
    chromiumSandbox: false,
  });
  try {
    const address = pathToFileURL(at("report.html")).href;
    await using view = await viewPage(browser, address, { colorScheme: "dark", width: 360 });
    expect(await findBarriers(view.page)).toEqual([]);
    expect(await view.page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  } finally {
    await browser.close();
  }
});

test("a calibration of other weights is not shown, and the report says why", async () => {
  const manifest = JSON.parse(calibrated);
  manifest.calibration.model.text = "0";
  writeFileSync(at("model/semblance.json"), JSON.stringify(manifest));
  const html = await writeReport();
  expect(html).toContain("is not used: the weights or the preprocessing of the text tower changed");
  expect(html).not.toContain("Calibrated by");
});

test.each([
  ["nothing", () => ({ schema: 1 })],
  ["no reliability", without("reliability")],
  ["no sampling", without("sampling")],
])("a calibration with %s does not keep the figures from anybody", async (_, edit) => {
  const manifest = JSON.parse(calibrated);
  const edited = { ...manifest, calibration: edit(manifest.calibration) };
  writeFileSync(at("model/semblance.json"), JSON.stringify(edited));
  const { exitCode, document } = await runForDocument(
    ...["eval", ...parameters(), "--report", at("report.html")],
  );
  expect([exitCode, document.metrics["t2i.hit@1"]?.n]).toEqual([0, 16]);
  expect(readFileSync(at("report.html"), "utf8")).toContain("calibration in");
});

function without(key: string) {
  return ({ calibration, ...others }: { readonly calibration: object }) => ({
    ...others,
    calibration: { ...calibration, [key]: undefined },
  });
}

test("vectors from files come without a calibration, and nothing is said of the model", async () => {
  const data = ["-d", at("pairs.csv")];
  await runCommand("embed", "-m", at("model"), ...data, "-o", at("vectors"));
  const image = ["--image-embeddings", at("vectors/img_emb/img_emb_0.npy")];
  const text = ["--text-embeddings", at("vectors/text_emb/text_emb_0.npy")];
  const report = ["--report", at("report.html")];
  expect((await runCommand("eval", ...data, ...image, ...text, ...report)).exitCode).toBe(0);
  const html = readFileSync(at("report.html"), "utf8");
  expect(html).toContain("The vectors were read from files, which hold no calibration.");
  expect(html).not.toContain("This model is not calibrated.");
});
