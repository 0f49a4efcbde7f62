import { applyHead, toEmbeddings } from "@semblance/core";
import type { TowerHead } from "../models/head-file.ts";
import type { Resource } from "../resource.ts";
import type { OnnxGraph } from "./onnx-graph.ts";

/** A graph with a head behind it, where there is one. Closing it is left to who opened the graph. */
export function withHead(
  graph: Resource<OnnxGraph>,
  head: TowerHead | undefined,
): Resource<OnnxGraph> {
  if (head === undefined) return graph;
  const { weight } = head;
  return {
    close: () => graph.close(),
    get: async () => {
      const { run, release } = await graph.get();
      return {
        release,
        run: async (inputs) => applyHead(toEmbeddings(await run(inputs), weight.dimension), weight),
      };
    },
  };
}
