import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Fault, sendContent, startHub } from "#hub-server";
import {
  answerStatus,
  sendChanged,
  sendPart,
  tinyFiles,
  tinyId,
  useHub,
  visionFile,
} from "../fixtures/hub-test.ts";

const at = useHub({ [tinyId]: { files: tinyFiles } });
const whole = tinyFiles[visionFile] ?? new Uint8Array();
const cut = sendPart(1000);

/** Ranges asked for in the vision file. */
const ranges = () => at.requestsFor(visionFile).map(({ range }) => range);

async function expectWhole(): Promise<void> {
  const { folder } = await at.download();
  expect(await readFile(join(folder, visionFile))).toEqual(whole);
}

test("a connection that is cut goes on where it stopped", async () => {
  at.hub.misbehave(visionFile, cut, sendPart(500));
  await expectWhole();
  expect(ranges()).toEqual([undefined, "bytes=1000-", "bytes=1500-"]);
});

test("a download that failed leaves its part, and the next one goes on with it", async () => {
  at.hub.misbehave(visionFile, cut, answerStatus(404));
  await expect(at.download()).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  await expectWhole();
  expect(ranges().at(-1)).toBe("bytes=1000-");
  expect(await at.findParts()).toEqual([]);
});

test("a server without ranges starts the file again", async () => {
  const withoutRanges: Fault = (exchange) => {
    delete exchange.request.headers.range;
    sendContent(exchange);
  };
  at.hub.misbehave(visionFile, cut, withoutRanges);
  await expectWhole();
  expect(ranges()).toEqual([undefined, "bytes=1000-"]);
});

test("a server that refuses the range, or goes on elsewhere, is asked for the whole", async () => {
  const elsewhere: Fault = ({ response, content }) => {
    const range = `bytes 500-${content.length - 1}/${content.length}`;
    response.writeHead(206, { "content-range": range }).end(content.subarray(500));
  };
  at.hub.misbehave(visionFile, cut, answerStatus(416), cut, elsewhere);
  await expectWhole();
  expect(ranges()).toEqual([undefined, "bytes=1000-", undefined, "bytes=1000-", undefined]);
});

test("an overloaded server is asked again, after the pause that it names", async () => {
  const soon = answerStatus(429, { "retry-after": "0" });
  at.hub.misbehave("main?blobs=true", answerStatus(503), soon);
  at.hub.misbehave(visionFile, answerStatus(500), answerStatus(502), answerStatus(504));
  await at.download();
  expect(ranges()).toHaveLength(4);
});

test("failures in a row come to an end, with a message that names the file and the reason", async () => {
  at.hub.misbehave(visionFile, ...Array.from({ length: 4 }, () => answerStatus(503)));
  await expect(at.download({ retries: 2 })).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringMatching(/^Cannot get onnx\/vision_model.onnx from 127.*answers 503\.$/),
  });
  expect(ranges()).toHaveLength(3);
});

test("a server that always cuts at the same place, and starts anew, is given up", async () => {
  const cutAnew: Fault = (exchange) => {
    delete exchange.request.headers.range;
    cut(exchange);
  };
  at.hub.misbehave(visionFile, cutAnew, cutAnew, cutAnew, cutAnew, cutAnew);
  await expect(at.download({ retries: 3 })).rejects.toMatchObject({ code: "HUB_UNREACHABLE" });
  expect(ranges()).toHaveLength(4);
});

test("silence counts as a failure, before the answer and in the middle of it", async () => {
  at.hub.misbehave(
    visionFile,
    () => {},
    sendPart(1000, () => {}),
  );
  await at.download({ timeoutMs: 150 });
  expect(ranges()).toEqual([undefined, undefined, "bytes=1000-"]);
});

test("a wrong length is refused, whether it is announced or comes unannounced", async () => {
  const announced = sendChanged((content) => content.subarray(0, 90));
  const longer: Fault = ({ response, content }) => {
    response.write(content);
    response.end("more");
  };
  at.hub.misbehave(visionFile, announced, longer);
  await expect(at.download()).rejects.toMatchObject({
    code: "DOWNLOAD_CORRUPT",
    message: expect.stringContaining(`90 bytes are announced, not ${whole.length}`),
  });
  await expect(at.download()).rejects.toMatchObject({
    code: "DOWNLOAD_CORRUPT",
    message: expect.stringContaining(`more than its ${whole.length} bytes came`),
  });
  await expectWhole();
});

test("a wrong hash is tried once more from the start, then refused, and nothing of it stays", async () => {
  const damaged = sendChanged((content) => content.toReversed());
  at.hub.misbehave(visionFile, damaged);
  at.hub.misbehave("tokenizer.json", damaged, damaged);
  await expect(at.download()).rejects.toMatchObject({
    code: "DOWNLOAD_CORRUPT",
    message: expect.stringMatching(/^tokenizer.json did not arrive .* its hash is \w{40}, not \w/),
  });
  expect(await at.findParts()).toEqual([]);
  await expectWhole();
});

test("a part that was left damaged does no harm", async () => {
  at.hub.misbehave(visionFile, cut, answerStatus(404));
  await expect(at.download()).rejects.toThrow();
  const [part = ""] = await at.findParts();
  const path = join(at.blobFolder, part);
  writeFileSync(path, readFileSync(path).toReversed());
  await expectWhole();
});

test("the token goes to the hub, and not along a redirect to another host", async () => {
  await using storage = await startHub({ [tinyId]: { files: tinyFiles } });
  const path = `/${tinyId}/resolve/main/${visionFile}`;
  const elsewhere = `${storage.url.replace("127.0.0.1", "localhost")}${path}`;
  at.hub.misbehave(visionFile, answerStatus(302, { location: `/moved/${visionFile}` }));
  at.hub.misbehave(`/moved/${visionFile}`, answerStatus(307, { location: elsewhere }));
  vi.stubEnv("HF_TOKEN", "hf_secret");
  await expectWhole();
  const sent = at.hub.requests.map(({ authorization }) => authorization);
  expect(new Set(sent)).toEqual(new Set(["Bearer hf_secret"]));
  expect(storage.requests).toMatchObject([{ path, authorization: undefined }]);
});

test("redirects in a circle come to an end", async () => {
  const around = answerStatus(302, { location: `/x/${visionFile}` });
  at.hub.misbehave(visionFile, ...Array.from({ length: 20 }, () => around));
  await expect(at.download()).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringContaining("more than 10 redirects"),
  });
});

test("an abort rejects with its reason at once, and leaves the part for later", async () => {
  const controller = new AbortController();
  at.hub.misbehave(
    visionFile,
    sendPart(1000, () => controller.abort("enough")),
  );
  await expect(at.download({ signal: controller.signal })).rejects.toBe("enough");
  await expectWhole();
  expect(ranges().at(-1)).toBe("bytes=1000-");
});
