import type { Output } from '../../src/cli/console-streams';

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

  private obey(argument: string, command: string): void {
    if (command === 'A') this.row = Math.max(0, this.row - Number(argument));
    if (command === 'J') this.rows.splice(this.row, Number.POSITIVE_INFINITY, (this.rows[this.row] ?? '').slice(0, this.column));
    if (argument === '?25') this.isCursorHidden = command === 'l';
  }
}
