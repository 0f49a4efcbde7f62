import type { TrainingEvent } from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { expect, test } from "vitest";
import { columns, manyPairs, pairs, provider } from "../../fixtures/pairs.ts";
import { createRecordingTrainer } from "../../fixtures/trainers.ts";
import { createMatcher } from "../create-matcher.ts";

const start = () =>
  createMatcher({
    trainer: createRecordingTrainer().trainer,
    provider,
    model: "start",
    ...columns,
  });

test("a fit calibrates what it gave on validation, when asked to", async () => {
  await using matcher = await start();
  await matcher.fit({ trainData: pairs, tuningData: manyPairs, calibrate: { prior: 0.5 } });
  expect(matcher.calibration?.calibration.prior).toBe(0.5);
  expect(matcher.calibration?.data.images).toBe(24);
});

test("validation that does not support a calibration is a warning, and the fit stands", async () => {
  await using matcher = await start();
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent) => events.push(event);
  const summary = await matcher.fit({
    trainData: pairs,
    tuningData: pairs,
    calibrate: true,
    onEvent,
  });
  expect(summary.kept).toBe("best");
  expect(events).toContainEqual(
    expect.objectContaining({ type: "warning", code: "CALIBRATION_FAILED" }),
  );
  expect(matcher.calibration).toBeUndefined();
});

test("a calibration outlives a fit only where the towers stay the same", async () => {
  await using kept = await start();
  await kept.calibrate({ data: manyPairs });
  await kept.fit({ trainData: pairs, tuningData: pairs });
  expect(kept.calibration).toBeDefined();
  const open: typeof provider.open = async (model) => {
    const encoder = createFakeEncoder({ dimension: model === "start" ? 64 : 32 });
    return { encoder, folder: model, checkpoint: model };
  };
  const { trainer } = createRecordingTrainer();
  const parts = { provider: { open }, trainer, model: "start" };
  await using changed = await createMatcher({ ...parts, ...columns });
  await changed.calibrate({ data: manyPairs });
  await changed.fit({ trainData: pairs, tuningData: pairs });
  expect(changed.calibration).toBeUndefined();
});

test("a fit that was stopped gives what it has, without a calibration", async () => {
  await using matcher = await start();
  const signal = AbortSignal.abort();
  const data = { trainData: pairs, tuningData: manyPairs };
  expect((await matcher.fit({ ...data, calibrate: true, signal })).kept).toBe("best");
  expect(matcher.calibration).toBeUndefined();
});
