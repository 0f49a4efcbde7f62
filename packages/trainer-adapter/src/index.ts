export { createAdapterTrainer, type EmbeddingTrainer } from "./create-adapter-trainer.ts";
export {
  type AdapterConfig,
  type AdapterHyperparameters,
  adapterHyperparameters,
} from "./hyperparameters.ts";
