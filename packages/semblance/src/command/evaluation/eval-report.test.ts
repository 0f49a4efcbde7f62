import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "#chromium";
import {
  findBarriers,
  hostileCaption,
  viewPage,
  writeSquaresReport,
} from "../../../fixtures/report-page.ts";

const executablePath = findChromium();

// A browser is slow beside all other tests.
const options = { timeout: 60_000 };

describe.skipIf(executablePath === undefined)("eval --report, in a browser", options, () => {
  let folder: string;
  let browser: Browser;
  let report: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "semblance report "));
    report = await writeSquaresReport(folder);
    // Its sandbox refuses to run as root, as CI does; the pages are our own.
    browser = await chromium.launch({
      executablePath: executablePath ?? "",
      chromiumSandbox: false,
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    { colorScheme: "light", width: 1280, direction: "text → image" },
    { colorScheme: "light", width: 360, direction: "image → text" },
    { colorScheme: "dark", width: 1280, direction: "image → text" },
    { colorScheme: "dark", width: 360, direction: "text → image" },
  ] as const)("axe finds nothing in it, $colorScheme at $width px", async (viewing) => {
    await using view = await viewPage(browser, report, viewing);
    await view.page.evaluate(
      "for (const each of document.querySelectorAll('details')) each.open = true",
    );
    await view.page.getByLabel(viewing.direction).check();
    expect(await findBarriers(view.page)).toEqual([]);
  });

  test("a page of 360 px does not scroll sideways", async () => {
    await using view = await viewPage(browser, report, { width: 360 });
    expect(await view.page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });

  test("a caption that would run a script is shown as it is, and nothing is asked of a network", async () => {
    await using view = await viewPage(browser, report);
    const { page, complaints, requests } = view;
    await page.getByLabel("Show").selectOption("all queries");
    await page.getByLabel("Search").fill("onerror");
    const captions = await page.locator("#cards .label").allTextContents();
    const asked = await page.locator("#cards .asked").allTextContents();
    expect([...captions, ...asked]).toContain(hostileCaption);
    expect(await page.evaluate("globalThis.broken")).toBeUndefined();
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });

  test("its thumbnails are pictures of the images", async () => {
    await using view = await viewPage(browser, report);
    const images = view.page.locator("#cards img");
    const widths = await images.evaluateAll((all) =>
      all.map((image) => ("naturalWidth" in image ? image.naturalWidth : 0)),
    );
    expect(widths.length).toBeGreaterThan(10);
    expect(new Set(widths)).toEqual(new Set([8, 16, 128]));
  });

  test("queries are chosen with the keyboard alone", async () => {
    await using view = await viewPage(browser, report);
    const { page } = view;
    const found = page.getByRole("status");
    await page.getByLabel("text → image").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Home");
    expect(await found.textContent()).toBe("24 of 24 queries here");
    expect(await page.locator("#cards .asked img").count()).toBe(10);
    await page.keyboard.press("Tab");
    await page.keyboard.type("odd");
    expect(await found.textContent()).toBe("12 of 24 queries here");
    await page.keyboard.press("Tab");
    await page.keyboard.type("cyan");
    expect(Number((await found.textContent())?.split(" ")[0])).toBeLessThan(12);
  });

  test("the next page is a key away, and the list has the focus then", async () => {
    await using view = await viewPage(browser, report);
    const { page } = view;
    await page.getByLabel("Show").selectOption("all queries");
    await page.getByRole("button", { name: "Next" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#page").textContent()).toBe("page 2 of 3");
    expect(await page.evaluate("document.activeElement.id")).toBe("cards");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.locator("#page").textContent()).toBe("page 1 of 3");
  });

  test("only failures are shown until one asks for all", async () => {
    await using view = await viewPage(browser, report);
    const misses = await view.page.evaluate<number>(
      "JSON.parse(document.getElementById('report-data').text).directions.t2i.filter(({ rank }) => rank > 1).length",
    );
    const found = view.page.getByRole("status");
    expect(await found.textContent()).toBe(`${misses} of 24 queries here`);
    await view.page.getByLabel("Show").selectOption("all queries");
    expect(await found.textContent()).toBe("24 of 24 queries here");
    expect(misses).toBeLessThan(24);
  });
});
