import type { Metrics, Progress, TrainingEvent } from "@semblance/core";
import type { VerbTools } from "../run-verb.ts";

const training = "training";

/** Shows a training's events: steps in the bar, evaluations and warnings as lines that stay. */
export function createTrainingDisplay(tools: VerbTools): (event: TrainingEvent) => void {
  let firstStepAt: number | undefined;
  return (event) => {
    if (event.type === "step") {
      firstStepAt ??= performance.now();
      const seconds = (performance.now() - firstStepAt) / 1000;
      tools.onProgress(progressOf(event, seconds), describeStep(event));
    } else if (event.type === "progress") {
      // The steps say more of the training itself.
      if (event.stage !== training) tools.onProgress(event);
    } else if (event.type === "evaluation") {
      tools.note(`step ${event.step}: validation ${describeMetrics(event.metrics)}`);
    } else {
      tools.note(`Warning: ${event.message}`);
    }
  };
}

type Step = Extract<TrainingEvent, { type: "step" }>;

function progressOf({ secondsLeft }: Step, seconds: number): Progress {
  const progress = { stage: training, done: seconds, unit: "s" };
  return secondsLeft === undefined ? progress : { ...progress, total: seconds + secondsLeft };
}

// What matters most comes first: a narrow terminal shows the beginning.
function describeStep(event: Step): string {
  const { step, loss, imagesPerSecond, learningRate } = event;
  const state = loss === null ? "loss not finite" : `loss ${loss.toFixed(3)}`;
  const parts = [
    state,
    `${imagesPerSecond.toFixed(0)} img/s`,
    `lr ${learningRate.toExponential(1)}`,
    ...describeMemory(event),
    `step ${step}`,
  ];
  return parts.join(" · ");
}

function describeMemory({ memoryBytes, deviceMemoryBytes }: Step): string[] {
  const places = [memoryBytes, deviceMemoryBytes].filter((bytes) => bytes !== undefined);
  return places.map((bytes, i) => `${(bytes / 1e9).toFixed(1)} GB${i === 1 ? " on the GPU" : ""}`);
}

const directions = ["t2i", "i2t"];

// As much as fits a terminal of 80 columns: hit@1 and hit@10 of both directions.
function describeMetrics(metrics: Metrics): string {
  const format = (name: string) => metrics[name]?.toFixed(3) ?? "unknown";
  return directions
    .map((side) => `${side}.hit@1 ${format(`${side}.hit@1`)}, @10 ${format(`${side}.hit@10`)}`)
    .join("; ");
}
