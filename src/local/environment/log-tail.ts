const limitBytes = 4096;

/** The end of an invocation's log: what `LogType: Tail` answers. */
export class LogTail {
  private text = '';

  add(line: string): void {
    this.text = `${this.text}${line}\n`.slice(-2 * limitBytes);
  }

  /** At most 4 KB. */
  toString(): string {
    return Buffer.from(this.text).subarray(-limitBytes).toString();
  }
}
