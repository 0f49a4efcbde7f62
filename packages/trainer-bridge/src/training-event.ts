import type { Progress, TrainingEvent } from "@semblance/core";
import { z } from "zod";

const metrics = z.record(z.string(), z.number());

const eventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("step"),
    step: z.number(),
    loss: z.number().nullable(),
    learningRate: z.number(),
    imagesPerSecond: z.number(),
    secondsLeft: z.number().exactOptional(),
    memoryBytes: z.number().exactOptional(),
    deviceMemoryBytes: z.number().exactOptional(),
  }),
  z.object({ type: z.literal("evaluation"), step: z.number(), metrics }),
  z.object({
    type: z.literal("progress"),
    stage: z.string(),
    done: z.number(),
    total: z.number().exactOptional(),
    unit: z.string(),
  }),
  z.object({ type: z.literal("warning"), code: z.string(), message: z.string() }),
]);

const longestShown = 200;

/** The event that Python wrote; one that cannot be read becomes a warning, not the end of a job. */
export function toTrainingEvent(value: unknown): TrainingEvent {
  const result = eventSchema.safeParse(value);
  if (result.success) return result.data;
  const shown = JSON.stringify(value).slice(0, longestShown);
  return {
    type: "warning",
    code: "EVENT_UNREADABLE",
    message: `Python reported something that is no event: ${shown}`,
  };
}

/** What a progress event says, without being an event. */
export function toProgress(event: Extract<TrainingEvent, { readonly type: "progress" }>): Progress {
  const { type: _, ...progress } = event;
  return progress;
}
