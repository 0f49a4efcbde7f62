/** Precision of the weights. */
export type Dtype = "fp32" | "fp16" | "int8";
