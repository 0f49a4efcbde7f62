import type { Metrics, Progress, TrainingEvent } from "@semblance/core";
import type { VerbTools } from "./run-verb.ts";

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

function describeStep({ step, loss, imagesPerSecond }: Step): string {
  const state = loss === null ? "loss not finite" : `loss ${loss.toFixed(3)}`;
  return `step ${step} · ${state} · ${imagesPerSecond.toFixed(0)} images/s`;
}

const directions = ["t2i", "i2t"];

// As much as fits a terminal of 80 columns: hit@1 and hit@10 of both directions.
function describeMetrics(metrics: Metrics): string {
  const format = (name: string) => metrics[name]?.toFixed(3) ?? "unknown";
  return directions
    .map((side) => `${side}.hit@1 ${format(`${side}.hit@1`)}, @10 ${format(`${side}.hit@10`)}`)
    .join("; ");
}
