import { ModelError } from "@semblance/core";
import type { InferenceSession } from "onnxruntime-node";

/** The element types that a tower's graph takes. */
type InputType = "float32" | "int64";

/** What a tower's graph must be like. */
export interface GraphExpectation {
  /** Path of the ONNX file. */
  readonly path: string;
  /** Inputs that are fed, by name; others in the graph are refused. */
  readonly inputs: Readonly<Record<string, InputType>>;
  /** Names of `inputs` that a graph may lack. */
  readonly optionalInputs: readonly string[];
  /** Names of the output that holds the vectors, the first one present. */
  readonly outputs: readonly string[];
  /** Length of the vectors. */
  readonly dimension: number;
}

/**
 * Checks a graph's inputs and output.
 *
 * @returns The name of the output that holds the vectors.
 * @throws ModelError `MODEL_UNSUPPORTED` when it does not fit; says where.
 */
export function checkGraph(session: InferenceSession, expected: GraphExpectation): string {
  const { inputs, optionalInputs } = expected;
  for (const input of session.inputMetadata) {
    if (!input.isTensor || inputs[input.name] !== input.type) {
      throw unsupported(expected, `takes ${describe(input)}, which is not known`);
    }
    if (typeof input.shape[0] === "number") {
      throw unsupported(expected, `takes batches of exactly ${input.shape[0]}`);
    }
  }
  const missing = Object.keys(inputs).find(
    (name) => !optionalInputs.includes(name) && !session.inputNames.includes(name),
  );
  if (missing !== undefined) throw unsupported(expected, `has no input ${missing}`);
  return checkOutput(session, expected);
}

function checkOutput(session: InferenceSession, expected: GraphExpectation): string {
  const name = expected.outputs.find((output) => session.outputNames.includes(output));
  const output = session.outputMetadata.find((metadata) => metadata.name === name);
  if (output === undefined) {
    throw unsupported(
      expected,
      `has the outputs ${session.outputNames.join(", ")}; expected ${expected.outputs.join(" or ")}`,
    );
  }
  if (!output.isTensor || output.type !== "float32") {
    throw unsupported(expected, `gives ${describe(output)}, not float32`);
  }
  const dimension = output.shape.at(-1);
  if (typeof dimension === "number" && dimension !== expected.dimension) {
    throw unsupported(
      expected,
      `gives vectors of ${dimension}, but the model says ${expected.dimension}`,
    );
  }
  return output.name;
}

function describe(value: InferenceSession.ValueMetadata): string {
  return value.isTensor ? `${value.name} (${value.type})` : value.name;
}

function unsupported(expected: GraphExpectation, finding: string): ModelError {
  return new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: `${expected.path} ${finding}.`,
    fix: "Export the model with `semblance export`: one graph a tower, dynamic batch, float32 in and out.",
  });
}
