export type { ConformanceCase } from "./conformance-case.ts";
export { type DatasetReaderFixture, datasetReaderCases } from "./dataset-reader-cases.ts";
export { type EncoderFixture, encoderCases } from "./encoder-cases.ts";
export { createFakeEncoder, type FakeEncoderOptions } from "./fake-encoder.ts";
export { trainerCases } from "./trainer-cases.ts";
export type { TrainerFixture, TrainerUnderTest } from "./trainer-suite.ts";
export { type VectorIndexSetting, vectorIndexCases } from "./vector-index-cases.ts";
