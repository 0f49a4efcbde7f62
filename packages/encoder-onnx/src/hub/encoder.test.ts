import { collect, type Progress, rowOf } from "@semblance/core";
import { expect, test } from "vitest";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { sendPart, tinyFiles, tinyId, useHub, visionFile } from "../fixtures/hub-test.ts";

const at = useHub({ [tinyId]: { files: tinyFiles } });
const hubOptions = () => ({ endpoint: at.hub.url, cacheFolder: at.cacheFolder });

test("an encoder opened by hub id is the one that its folder gives", async () => {
  const stages = new Set<string>();
  const onProgress = ({ stage }: Progress) => stages.add(stage);
  await using remote = await createOnnxEncoder(
    { model: tinyId, hub: hubOptions() },
    { onProgress },
  );
  await using local = await createOnnxEncoder({ model: fixturePath("tiny-clip") });
  expect(remote.id).toBe(local.id);
  expect([...stages]).toEqual([`downloading ${tinyId}`]);
  const [one, other] = await Promise.all(
    [remote, local].map(async ({ text }) => collect(text?.encode(["a red circle"]) ?? [])),
  );
  if (!one || !other) throw new Error("no batch");
  expect(rowOf(one.embeddings, 0)).toEqual(rowOf(other.embeddings, 0));
});

test("opening by hub id can be stopped", async () => {
  const controller = new AbortController();
  at.hub.misbehave(
    visionFile,
    sendPart(1000, () => controller.abort("enough")),
  );
  const { signal } = controller;
  const opening = createOnnxEncoder({ model: tinyId, hub: hubOptions() }, { signal });
  await expect(opening).rejects.toBe("enough");
});

test("an option for the hub that does not exist is refused", async () => {
  const config = { model: tinyId, hub: JSON.parse('{ "folder": "x" }') };
  await expect(createOnnxEncoder(config)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining('hub: unknown key "folder"'),
  });
});
