import type { Output } from '../../src/cli/command';

const introducer = '\u001b';
const sequence = new RegExp(`${introducer}\\[(\\??[\\d;]*)([A-Za-z])`, 'y');

/** A terminal on paper: knows line breaks, wrapping, moving up, and erasing what is below. Colours leave no trace. */
export class PaperTerminal implements Output {
  readonly isTTY = true;
  isCursorHidden = false;
  private readonly rows: string[] = [''];
  private row = 0;
  private column = 0;

  constructor(public columns: number) {}

  /** What can be read on it, without blank rows at the end. */
  get text(): string {
    return this.rows
      .map((row) => row.trimEnd())
      .join('\n')
      .trimEnd();
  }

  write(text: string): void {
    for (let index = 0; index < text.length; index++) {
      sequence.lastIndex = index;
      const [whole, argument = '', command = ''] = sequence.exec(text) ?? [];
      if (whole === undefined) this.put(text[index] ?? '');
      else {
        this.obey(argument, command);
        index += whole.length - 1;
      }
    }
  }

  private put(character: string): void {
    if (character === '\r') this.column = 0;
    else if (character === '\n') this.breakLine();
    else {
      if (this.column >= this.columns) this.breakLine();
      const row = (this.rows[this.row] ?? '').padEnd(this.column);
      this.rows[this.row] = row.slice(0, this.column) + character + row.slice(this.column + 1);
      this.column++;
    }
  }

  private breakLine(): void {
    this.row++;
    this.column = 0;
    this.rows[this.row] ??= '';
  }

  /** Makes it narrower or wider, as a window: what does not fit a row any more goes on in the next, and the cursor stays at its letter. */
  resize(columns: number): void {
    const parts = this.rows.map((row) => row.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);
    const above = parts.slice(0, this.row).flat().length;
    const rows = parts.flat();
    this.rows.splice(0, Number.POSITIVE_INFINITY, ...rows);
    this.row = above + Math.floor(this.column / columns);
    this.column %= columns;
    this.columns = columns;
  }

  private obey(argument: string, command: string): void {
    const count = Number(argument || 1);
    if (command === 'A') this.row = Math.max(0, this.row - count);
    if (command === 'B') for (let step = 0; step < count; step++) this.rows[++this.row] ??= '';
    if (command === 'G') this.column = count - 1;
    if (command === 'K')
      this.rows[this.row] = argument === '2' ? '' : (this.rows[this.row] ?? '').slice(0, this.column);
    if (command === 'J')
      this.rows.splice(this.row, Number.POSITIVE_INFINITY, (this.rows[this.row] ?? '').slice(0, this.column));
    if (argument === '?25') this.isCursorHidden = command === 'l';
  }
}
