export { type AttachTrainingOptions, attachTraining } from "./attach-training.ts";
export type {
  Certificate,
  Distance,
  ExportCost,
  PrecisionCost,
  TowerDistance,
} from "./certificate.ts";
export type { Device, TrainerConfig } from "./config.ts";
export { createTrainer, type FileTrainer } from "./create-trainer.ts";
export { doctorPython, type PythonReport } from "./doctor-python.ts";
export { exportCheckpoint } from "./export-checkpoint.ts";
export { type FindPythonOptions, findPython } from "./find-python.ts";
export type { HardNegatives } from "./hard-negatives.ts";
export {
  type Hyperparameters,
  type HyperparametersInput,
  hyperparameters,
} from "./hyperparameters.ts";
export {
  type LaunchedTraining,
  type LaunchTrainingOptions,
  launchTraining,
} from "./launch-training.ts";
export { type Preset, type PresetName, presets } from "./presets.ts";
export type {
  CertificateItems,
  ExportDtype,
  ExportOptions,
  ExportResult,
  ExportWarning,
} from "./run-export.ts";
export type { SetUpPythonResult } from "./set-up-environment.ts";
export { type SetUpPythonOptions, setUpPython } from "./set-up-python.ts";
export type { SetUpProgress } from "./set-up-runner.ts";
