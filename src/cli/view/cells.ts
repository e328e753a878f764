import { stripVTControlCharacters } from 'node:util';

const wide = /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** How many cells of a terminal a line takes. */
export function countCells(line: string): number {
  let cells = 0;
  for (const character of stripVTControlCharacters(line)) cells += wide.test(character) ? 2 : 1;
  return cells;
}

/** Cuts a line without colours to a width, with `…` when something is missing. */
export function cutToCells(line: string, width: number): string {
  const flat = line.replaceAll(/\p{Cc}/gu, ' ');
  if (countCells(flat) <= width) return flat;
  let kept = '';
  for (const character of flat) {
    if (countCells(kept + character) > width - 1) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}
