/** What a line of a list of captions says. */
export interface CaptionLine {
  readonly image: string;
  readonly caption: string;
  /** Number of the caption as the line gives it; `undefined` where it gives none. */
  readonly number?: string;
}

/** One way in which captions of Flickr8k and Flickr30k are listed. */
export interface LineFormat {
  /** What the lines after the header look like, for messages. */
  readonly pattern: string;
  readonly hasHeader: boolean;
  /** `undefined` for a line that does not look like that. */
  parse(line: string): CaptionLine | undefined;
}

/** `1000092795.jpg#0⇥Two young men …`: the token files. */
const token: LineFormat = {
  pattern: "name.jpg#0, a tab, a caption",
  hasHeader: false,
  parse(line) {
    const [, image, number, caption] = /^([^\t]+)#(\d+)\s*\t(.*)$/.exec(line) ?? [];
    return image === undefined || number === undefined || caption === undefined
      ? undefined
      : { image, number, caption };
  },
};

/** `image,caption`, where commas within captions are often not quoted. */
const comma: LineFormat = {
  pattern: "name.jpg,caption",
  hasHeader: true,
  parse(line) {
    const [, image, caption] = /^(.+?\.[a-z]{3,4}),(.*)$/i.exec(line) ?? [];
    return image === undefined || caption === undefined
      ? undefined
      : { image, caption: unquoted(caption) };
  },
};

/** `image_name| comment_number| comment`: Flickr30k's `results.csv`. */
const bar: LineFormat = {
  pattern: "name.jpg| 0| caption",
  hasHeader: true,
  parse(line) {
    const [, image, number, caption] = /^([^|]+?)\s*\|\s*(\d+)\s*\|\s?(.*)$/.exec(line) ?? [];
    return image === undefined || number === undefined || caption === undefined
      ? undefined
      : { image, number, caption };
  },
};

/** The way in which a file with this first line lists captions. */
export function lineFormatOf(firstLine: string): LineFormat | undefined {
  if (/^image_name\s*\|\s*comment_number\s*\|\s*comment\s*$/.test(firstLine)) return bar;
  if (/^image,caption\s*$/.test(firstLine)) return comma;
  return token.parse(firstLine) === undefined ? undefined : token;
}

function unquoted(caption: string): string {
  const [, quoted] = /^"((?:[^"]|"")*)"$/.exec(caption) ?? [];
  return quoted === undefined ? caption : quoted.replaceAll('""', '"');
}
