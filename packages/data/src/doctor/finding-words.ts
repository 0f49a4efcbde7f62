import type { FindingKind } from "./finding.ts";

/** What a finding says of one and of many, and what mends it. */
interface FindingWords {
  readonly one: string;
  readonly many: string;
  readonly fix: string;
}

const apart = "Leave each to one split: change the rows' split, or split anew with splitDataset.";
const fillCells = "Fill the cells.";
const oneId = "as they are, a caption of one counts as wrong for the other.";

/** The words of each kind of finding; the number stands before them. */
export const findingWords: Readonly<Record<FindingKind, FindingWords>> = {
  "image-across-splits": {
    one: "image is in several splits",
    many: "images are in several splits",
    fix: apart,
  },
  "near-duplicate-across-splits": {
    one: "group of near duplicates is spread over several splits",
    many: "groups of near duplicates are spread over several splits",
    fix: apart,
  },
  "caption-across-splits": {
    one: "caption is in several splits",
    many: "captions are in several splits",
    fix: apart,
  },
  "missing-image": {
    one: "image is not there",
    many: "images are not there",
    fix: "Put the files there, or say what their paths are relative to: --base-folder FOLDER.",
  },
  "broken-image": {
    one: "image cannot be decoded",
    many: "images cannot be decoded",
    fix: "Replace the files.",
  },
  "nothing-relevant": {
    one: "row, and it is not relevant",
    many: "rows, and none is relevant",
    fix: "Write a relevance above 0 where image and caption belong together, or name the column that says so: --columns relevance=NAME.",
  },
  "near-caption-across-splits": {
    one: "caption is in several splits but for case, punctuation or spaces",
    many: "captions are in several splits but for case, punctuation or spaces",
    fix: apart,
  },
  "empty-image": { one: "row names no image", many: "rows name no image", fix: fillCells },
  "empty-caption": { one: "row has no caption", many: "rows have no caption", fix: fillCells },
  "empty-id": { one: "row has no id", many: "rows have no id", fix: fillCells },
  "id-conflict": {
    one: "row gives an id to another content than an earlier one",
    many: "rows give an id to another content than earlier ones",
    fix: "Give every image and every caption an id of its own.",
  },
  "unusable-row": {
    one: "row cannot be used",
    many: "rows cannot be used",
    fix: "Change what the reason names.",
  },
  "missing-split": {
    one: "row belongs to no split",
    many: "rows belong to no split",
    fix: "Write the name of a split into these rows: no split trains or measures on them.",
  },
  "invalid-relevance": {
    one: "row has a relevance that is no number",
    many: "rows have a relevance that is no number",
    fix: "Write numbers: 1 for what belongs together, 0 for what does not.",
  },
  "constant-relevance": {
    one: "row, and its relevance is not 1",
    many: "rows, all of one relevance, which is not 1",
    fix: "Write 1 for what belongs together, or leave the column out: every row then counts 1.",
  },
  "negative-relevance": {
    one: "row has a relevance below 0",
    many: "rows have a relevance below 0",
    fix: "Write 0: what is below 0 is not relevant, and no less so.",
  },
  "mixed-relevance-scale": {
    one: "relevance is of another scale than the others",
    many: "values of relevance are of another scale than the others",
    fix: "Use either shares of 1 or grades above it: graded metrics add them up.",
  },
  "conflicting-relevance": {
    one: "pair is judged both relevant and not",
    many: "pairs are judged both relevant and not",
    fix: "Keep one row of each pair: of several the highest relevance counts.",
  },
  "duplicate-image": {
    one: "image has several names",
    many: "images have several names",
    fix: `Name one file in the rows of all copies, or give them one image_id: ${oneId}`,
  },
  "near-duplicate-image": {
    one: "group of images looks alike",
    many: "groups of images look alike",
    fix: `Keep one image of each group, or give them one image_id: ${oneId}`,
  },
  "duplicate-caption": {
    one: "caption has several ids",
    many: "captions have several ids",
    fix: "Give equal captions one caption_id: as they are, each counts as wrong for the others' images.",
  },
  "shared-caption": {
    one: "caption is shared by many images",
    many: "captions are shared by many images",
    fix: "Say more of each image, or leave these rows out: nothing tells the images apart.",
  },
  "long-caption": {
    one: "caption is too long to be read whole",
    many: "captions are too long to be read whole",
    fix: "Shorten them, or split each into several rows of its image: a model reads the beginning.",
  },
  "image-without-caption": {
    one: "image has no relevant caption",
    many: "images have no relevant caption",
    fix: "Write a caption for each, unless it is there to be told apart from the others.",
  },
  "tiny-image": {
    one: "image is less than 32 pixels wide or high",
    many: "images are less than 32 pixels wide or high",
    fix: "Replace them by larger ones: enlarged, they are a blur.",
  },
  "huge-image": {
    one: "image is huge",
    many: "images are huge",
    fix: "Shrink them to some 1,000 pixels a side: a model sees no more, and they cost time and memory.",
  },
  "extreme-aspect-ratio": {
    one: "image is more than four times as long as wide",
    many: "images are more than four times as long as wide",
    fix: "Crop them to what the caption is about: a model sees the middle, or all of it distorted.",
  },
  "near-duplicate-caption": {
    one: "caption is written in several ways",
    many: "captions are written in several ways",
    fix: "Write each in one way, so that it counts for the images of all.",
  },
  "caption-without-image": {
    one: "caption has no relevant image",
    many: "captions have no relevant image",
    fix: "Name an image for each, unless nothing is to be found: metrics leave such queries out.",
  },
  "duplicate-row": {
    one: "row repeats an earlier one",
    many: "rows repeat earlier ones",
    fix: "Leave them out: they change nothing.",
  },
  "unchecked-image": {
    one: "image was not opened",
    many: "images were not opened",
    fix: "Download them and write their paths into the table to have them checked.",
  },
};
