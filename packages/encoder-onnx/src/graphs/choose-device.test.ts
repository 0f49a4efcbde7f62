import { ModelError } from "@semblance/core";
import { listSupportedBackends } from "onnxruntime-node";
import { expect, test } from "vitest";
import type { Device } from "../config.ts";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { chooseDevice } from "./choose-device.ts";

const known = listSupportedBackends().map(({ name }) => name);
const foreign = (["coreml", "dml"] as const).find((device) => !known.includes(device)) ?? "cuda";

test("a device that the platform has not is refused, and what there is and what to do is said", async () => {
  const choosing = chooseDevice({ device: foreign, deviceFallback: false });
  const error = await choosing.catch((reason: unknown) => reason);
  expect(ModelError.isInstance(error) && error.code).toBe("DEVICE_UNAVAILABLE");
  expect(String(error)).toMatch(
    new RegExp(`cannot run on ${foreign}: onnxruntime-node has no ${foreign}.* knows cpu`),
  );
  expect(error).toMatchObject({ fix: expect.stringMatching(/device "cpu".* deviceFallback/) });
});

test("the processor steps in when asked to, and for auto", async () => {
  expect(await chooseDevice({ device: foreign, deviceFallback: true })).toBe("cpu");
  const auto: Device = await chooseDevice({ device: "auto", deviceFallback: false });
  expect(known).toContain(auto);
});

test.skipIf(!known.includes("cuda"))("CUDA without its files says how to get them", async () => {
  const choosing = chooseDevice({ device: "cuda", deviceFallback: false });
  await expect(choosing).rejects.toMatchObject({
    message: expect.stringMatching(/CUDA files of onnxruntime-node are not installed/),
    fix: expect.stringMatching(/ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node/),
  });
});

test("an encoder says where it runs, and a fallback leaves its ids as they are", async () => {
  const model = fixturePath("tiny-clip");
  await using plain = await createOnnxEncoder({ model });
  await using fallen = await createOnnxEncoder({ model, device: foreign, deviceFallback: true });
  expect([plain.device, fallen.device]).toEqual(["cpu", "cpu"]);
  expect(fallen.id).toBe(plain.id);
  await expect(createOnnxEncoder({ model, device: foreign })).rejects.toMatchObject({
    code: "DEVICE_UNAVAILABLE",
  });
});
