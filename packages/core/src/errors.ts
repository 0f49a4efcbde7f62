import type { ItemFailure } from "./item-failure.ts";

/** What every Semblance error carries. */
export interface ErrorDetails {
  /** Stable, upper-case name of what went wrong, for programs: `MODEL_NOT_FOUND`. */
  readonly code: string;
  /** What was expected and what was found, for people. */
  readonly message: string;
  /** What to do about it: a command to type or a change to make. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * The base of every error that leaves a Semblance package.
 *
 * Tell errors apart by `code` or with the static `isInstance` of each class, which also holds
 * when two copies of this package are installed.
 */
export class SemblanceError extends Error {
  /** The class's name, also where a bundler has shortened names. */
  static readonly kind: string = "SemblanceError";

  readonly code: string;
  // Declared only: a field would be there, undefined, and show in everything that prints the error.
  declare readonly fix?: string;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.kind;
    this.code = details.code;
    if (details.fix !== undefined) this.fix = details.fix;
    for (const brand of brandsOf(new.target)) Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is an error of this class, also one made by another copy of the package. */
  static isInstance<Class extends new (...parameters: never[]) => SemblanceError>(
    this: Class & { readonly kind: string },
    value: unknown,
  ): value is InstanceType<Class> {
    // biome-ignore lint/complexity/noThisInStatic: each subclass asks for its own brand
    return typeof value === "object" && value !== null && brandOf(this.kind) in value;
  }
}

/** An option, hyperparameter or configuration file that does not fit its schema. */
export class ConfigError extends SemblanceError {
  static override readonly kind: string = "ConfigError";
}

/** A model that cannot be found, opened or used. */
export class ModelError extends SemblanceError {
  static override readonly kind: string = "ModelError";
}

/** An image or text that cannot be encoded, or an inference engine that fails. */
export class EncoderError extends SemblanceError {
  static override readonly kind: string = "EncoderError";
}

/** A vector index that cannot be opened, or that refuses what it is given. */
export class IndexError extends SemblanceError {
  static override readonly kind: string = "IndexError";
}

/** Where in a table a {@link DatasetError} was found. */
export interface TablePosition {
  readonly file?: string;
  /** 1-based; the header is line 1. */
  readonly line?: number;
  readonly column?: string;
}

/** What a {@link DatasetError} carries. */
export interface DatasetErrorDetails extends ErrorDetails {
  readonly position?: TablePosition;
  readonly failures?: readonly ItemFailure[];
}

/** A table or dataset that cannot be read; says where. */
export class DatasetError extends SemblanceError {
  static override readonly kind: string = "DatasetError";

  readonly position: TablePosition;
  /** The items that failed, where the error is that none was left. */
  readonly failures: readonly ItemFailure[];

  constructor(details: DatasetErrorDetails) {
    super(details);
    this.position = details.position ?? {};
    this.failures = details.failures ?? [];
  }
}

/** What Python said about a failure, where it said anything. */
export interface PythonFailure {
  /** The Python exception's class name. */
  readonly pythonType?: string;
  readonly traceback?: string;
  /** The last lines that the process wrote. */
  readonly log?: string;
}

/** A fit or export that failed, or the Python environment that it needs. */
export class TrainerError extends SemblanceError {
  static override readonly kind: string = "TrainerError";

  readonly python: PythonFailure;

  constructor(details: ErrorDetails & { readonly python?: PythonFailure }) {
    super(details);
    this.python = details.python ?? {};
  }
}

/** A calibration or a decision threshold that the data given do not support. */
export class CalibrationError extends SemblanceError {
  static override readonly kind: string = "CalibrationError";
}

/** A plugin that breaks its contract, found by a conformance suite. */
export class ConformanceError extends SemblanceError {
  static override readonly kind: string = "ConformanceError";
}

function brandOf(kind: string): symbol {
  return Symbol.for(`semblance.error.${kind}`);
}

// A subclass is also each of its ancestors, so the instance carries all their brands.
function brandsOf(errorClass: typeof SemblanceError): symbol[] {
  const own = brandOf(errorClass.kind);
  if (errorClass === SemblanceError) return [own];
  return [own, ...brandsOf(Object.getPrototypeOf(errorClass))];
}
