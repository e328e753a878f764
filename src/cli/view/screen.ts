import type { Output } from '../console-streams';
import { countCells } from './cells';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const eraseBelow = '\u001b[J';

/** A terminal with a few live lines at its bottom and everything else scrolling above them. */
export class Screen {
  private live: readonly string[] = [];

  constructor(private readonly output: Output) {}

  /** Cells in a row; 80 when the terminal does not say. */
  get columns(): number {
    return this.output.columns || 80;
  }

  /** Writes a line that stays. */
  print(line: string): void {
    this.output.write(`${this.erase()}${line}\n${this.live.join('\n')}`);
  }

  /** Replaces the live lines. Each has to be narrower than the terminal. */
  draw(lines: readonly string[]): void {
    const erase = this.erase();
    const hide = this.live.length === 0 ? hideCursor : '';
    this.live = lines;
    this.output.write(`${hide}${erase}${lines.join('\n')}`);
  }

  /** Takes the live lines away and gives the cursor back. */
  close(): void {
    this.output.write(`${this.erase()}${showCursor}`);
    this.live = [];
  }

  /** After the terminal became narrower, a line may stand in several rows. */
  private erase(): string {
    if (this.live.length === 0) return '';
    const rows = this.live.reduce((count, line) => count + Math.max(1, Math.ceil(countCells(line) / this.columns)), 0);
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}${eraseBelow}`;
  }
}
