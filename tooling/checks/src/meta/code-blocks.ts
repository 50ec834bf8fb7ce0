/** A fenced block of a Markdown document. */
export interface CodeBlock {
  /** What follows the opening fence, for example `ts`. */
  readonly language: string;
  readonly code: string;
  /** The line of the document on which the code begins, counted from 1. */
  readonly line: number;
  /** The text of an HTML comment `<!-- given: ... -->` directly above: what the block builds on. */
  readonly given: string;
}

const BLOCK = /(?:^<!-- given:(?<given>[^]*?)-->\n+)?^```(?<language>.*)\n(?<code>[^]*?)^```$/gmu;

/** The fenced blocks of a Markdown document, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map((match) => {
    const { given = '', language = '', code = '' } = match.groups ?? {};
    const before = markdown.slice(0, match.index + match[0].lastIndexOf(code));
    return { language, code, line: before.split('\n').length, given: given.trim() };
  });
}
