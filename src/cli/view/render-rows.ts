import type { Paint } from './paint';
import { escapeControls, wrapText } from './text';

/** A fact and its name. */
export type Row = readonly [label: string, text: string];

const labelCells = 13;
const margin = '  ';

/** Facts below each other. What does not fit the width goes on in the next line: nothing is cut. */
export function renderRows(rows: readonly Row[], width: number, paint: Paint): string[] {
  return rows.flatMap(([label, text]) => {
    const [first = '', ...others] = text
      .split('\n')
      .flatMap((line) => wrapText(escapeControls(line), width - labelCells - margin.length - 1));
    const head = `${margin}${paint('dim', label.padEnd(labelCells))}${first}`;
    return [head, ...others.map((line) => `${margin}${' '.repeat(labelCells)}${line}`)];
  });
}
