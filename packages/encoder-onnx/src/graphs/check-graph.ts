import { ModelError } from "@semblance/core";
import type { InferenceSession } from "onnxruntime-node";
import type { PixelSize } from "../images/image-families.ts";
import {
  type FittedInput,
  type FittedSide,
  type GraphFit,
  type InputRole,
  isChannelsLast,
  type Side,
} from "./fit.ts";

/** What the images' side of a graph must be like. */
export interface ImageExpectation {
  /** Names of the output that holds the vectors, the first one present. */
  readonly outputs: readonly string[];
  /** Size of the images that are fed. */
  readonly size: PixelSize;
  /** `[3, 256]`: of each channel the value of each byte; for graphs that take no bytes. */
  readonly values: Float32Array;
}

/** What the texts' side of a graph must be like. */
export interface TextExpectation {
  /** Names of the output that holds the vectors, the first one present. */
  readonly outputs: readonly string[];
  /** Most tokens of a text. */
  readonly maxLength: number;
  /** Whether texts are always filled up to `maxLength`. */
  readonly isFilled: boolean;
}

/** What a graph must be like; one that stands for both towers has both sides. */
export interface GraphExpectation {
  /** Path of the ONNX file. */
  readonly path: string;
  readonly image?: ImageExpectation | undefined;
  readonly text?: TextExpectation | undefined;
  /** Length of the vectors. */
  readonly dimension: number;
}

// As transformers and optimum name them, then open_clip's exporters.
const roles: ReadonlyMap<string, InputRole> = new Map([
  ["pixel_values", "pixels"],
  ["image", "pixels"],
  ["input_ids", "ids"],
  ["text", "ids"],
  ["attention_mask", "mask"],
  ["position_ids", "positions"],
  ["token_type_ids", "types"],
]);

const pixelTypes = ["float32", "float16", "uint8"] as const;
const tokenTypes = ["int64", "int32"] as const;

const mainInputs: Readonly<Record<Side, string>> = { image: "pixel_values", text: "input_ids" };

/**
 * Finds out how a graph is fed and read.
 *
 * @throws ModelError `MODEL_UNSUPPORTED` when it does not fit; says where.
 */
export function checkGraph(session: InferenceSession, expected: GraphExpectation): GraphFit {
  const inputs = session.inputMetadata.map((input) => {
    const fitted = toFittedInput(input);
    if (fitted !== undefined && expected[sideOf(fitted)] !== undefined) return fitted;
    throw unsupported(expected, `takes ${describe(input)}, which is not known`);
  });
  const { image, text } = expected;
  const fitSide = (side: Side, outputs: readonly string[]): FittedSide => ({
    ...fitInputs(inputs, side, expected),
    output: findOutput(session, expected, outputs),
  });
  return {
    ...(image && { image: fitSide("image", image.outputs) }),
    ...(text && { text: fitSide("text", text.outputs) }),
  };
}

function toFittedInput(input: InferenceSession.ValueMetadata): FittedInput | undefined {
  const role = roles.get(input.name);
  if (role === undefined || !input.isTensor) return undefined;
  const types = role === "pixels" ? pixelTypes : tokenTypes;
  const type = types.find((known) => known === input.type);
  return type && { name: input.name, role, type, shape: input.shape };
}

function sideOf({ role }: FittedInput): Side {
  return role === "pixels" ? "image" : "text";
}

function fitInputs(
  all: readonly FittedInput[],
  side: Side,
  expected: GraphExpectation,
): Omit<FittedSide, "output"> {
  const inputs = all.filter((input) => sideOf(input) === side);
  const main = inputs.find(({ role }) => role === "pixels" || role === "ids");
  if (main === undefined) throw unsupported(expected, `has no input ${mainInputs[side]}`);
  const [rows, length] = main.shape.map((size) => (typeof size === "number" ? size : undefined));
  if (side === "image") {
    checkSize(main, expected);
    return { inputs, rows, length: undefined };
  }
  checkLength(length, expected);
  return { inputs, rows, length };
}

function checkSize(input: FittedInput, expected: GraphExpectation): void {
  const [height, width] = isChannelsLast(input) ? input.shape.slice(1) : input.shape.slice(2);
  const size = expected.image?.size;
  const isOther = (found: number | string | undefined, wanted: number | undefined) =>
    typeof found === "number" && found !== wanted;
  if (!isOther(height, size?.height) && !isOther(width, size?.width)) return;
  throw unsupported(
    expected,
    `takes images of ${width}×${height}, but preprocessing gives ${size?.width}×${size?.height}`,
  );
}

function checkLength(length: number | undefined, expected: GraphExpectation): void {
  const wanted = expected.text?.maxLength ?? 0;
  if (length === undefined || length >= wanted) return;
  throw unsupported(
    expected,
    `takes texts of ${length} tokens, but the tokenizer cuts them at ${wanted}`,
  );
}

function findOutput(
  session: InferenceSession,
  expected: GraphExpectation,
  outputs: readonly string[],
): string {
  const name = outputs.find((wanted) => session.outputNames.includes(wanted));
  const output = session.outputMetadata.find((metadata) => metadata.name === name);
  if (output === undefined) {
    throw unsupported(
      expected,
      `has the outputs ${session.outputNames.join(", ")}; expected ${outputs.join(" or ")}`,
    );
  }
  if (!output.isTensor || (output.type !== "float32" && output.type !== "float16")) {
    throw unsupported(expected, `gives ${describe(output)}, not float32 or float16`);
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
