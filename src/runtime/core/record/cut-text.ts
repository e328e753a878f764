/** The longest message that is recorded, in characters; what is longer is cut and marked. */
const maxTextLength = 8_192;
const highSurrogate = /[\ud800-\udbff]/;

/** Cuts a text to what may be recorded, with a mark that says how much is missing. */
export function cut(text: string, maxLength = maxTextLength): string {
  if (text.length <= maxLength) return text;
  const isHalfCharacter = highSurrogate.test(text.charAt(maxLength - 1));
  const length = isHalfCharacter ? maxLength - 1 : maxLength;
  return markCut(text.slice(0, length), text.length - length);
}

/** What is left of a text, with the mark of what was cut. */
export function markCut(rest: string, cutCount: number): string {
  return `${rest}… [${cutCount} characters cut]`;
}
