/** A size in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** A size as `preprocessor_config.json` writes it; a pair is height and width. */
export type SizeSetting =
  | number
  | readonly [number, number]
  | PixelSize
  | { readonly shortest_edge: number };

/** Per-channel numbers: red, green, blue. */
export type Channels = readonly [number, number, number];

/** What an image processor does where its configuration does not say. */
export interface FamilyDefaults {
  readonly size: SizeSetting;
  readonly cropSize: SizeSetting;
  readonly isCropped: boolean;
  readonly mean: Channels;
  readonly std: Channels;
}

/** Transformers' image processors that are known, by name without `ImageProcessor`. */
export type ImageFamily = "CLIP" | "ChineseCLIP" | "Siglip";

const clip: FamilyDefaults = {
  size: { shortest_edge: 224 },
  cropSize: { height: 224, width: 224 },
  isCropped: true,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

const siglip: FamilyDefaults = {
  size: { height: 224, width: 224 },
  cropSize: { height: 224, width: 224 },
  isCropped: false,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

/**
 * The defaults of each family.
 *
 * @see transformers `models/clip/image_processing_pil_clip.py`, `models/siglip/image_processing_pil_siglip.py`
 */
export const imageFamilies: Readonly<Record<ImageFamily, FamilyDefaults>> = {
  CLIP: clip,
  ChineseCLIP: clip,
  Siglip: siglip,
};
