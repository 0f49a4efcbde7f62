import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Fault } from "#hub-server";
import { sendPart, tinyFiles, tinyId, useHub, visionFile } from "../fixtures/hub-test.ts";

const at = useHub({ [tinyId]: { files: tinyFiles } });

/** Downloads in a process of its own. */
function downloadElsewhere(): ChildProcess {
  const module = new URL("./download-model.ts", import.meta.url).href;
  const options = { id: tinyId, endpoint: at.hub.url, cacheFolder: at.cacheFolder };
  const program = `const { downloadModel } = await import("${module}");
await downloadModel(${JSON.stringify(options)});`;
  const node = ["--conditions=@semblance/source", "--input-type=module", "-e", program];
  return spawn(process.execPath, node, { stdio: ["ignore", "ignore", "inherit"] });
}

async function untilAsked(times: number): Promise<void> {
  while (at.requestsFor(visionFile).length < times) await delay(10);
}

test("two processes at once both get the whole model", async () => {
  const slowly: Fault = async ({ response, content }) => {
    response.writeHead(200, { "content-length": content.length });
    await untilAsked(2);
    for (let i = 0; i < content.length; i += 4096) {
      response.write(content.subarray(i, i + 4096));
      await delay(5);
    }
    response.end();
  };
  at.hub.misbehave(visionFile, slowly, slowly);
  const ends = [downloadElsewhere(), downloadElsewhere()].map((child) => once(child, "exit"));
  expect(await Promise.all(ends)).toEqual([
    [0, null],
    [0, null],
  ]);
  const { folder } = await at.download({ offline: true });
  expect(await readFile(join(folder, visionFile))).toEqual(tinyFiles[visionFile]);
  expect(await at.findParts()).toEqual([]);
});

test("what a killed process had is gone on with", async () => {
  at.hub.misbehave(
    visionFile,
    sendPart(5000, () => {}),
  );
  const child = downloadElsewhere();
  await untilAsked(1);
  await delay(300); // to write what was sent
  child.kill("SIGKILL");
  await once(child, "exit");
  await at.download();
  expect(at.requestsFor(visionFile).at(-1)?.range).toBe("bytes=5000-");
});
