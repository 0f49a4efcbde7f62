export { createExactIndex, type ExactIndexOptions } from "./exact-index.ts";
export {
  type GalleryChunk,
  type RowHit,
  type SemanticSearchOptions,
  semanticSearch,
} from "./semantic-search.ts";
