import { CliError } from './cli-error';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a file or of standard input, without the byte-order mark that some editors and shells put in front of it.
 *
 * @throws CliError when it is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  try {
    const text = utf8.decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // What is no UTF-8 is refused below, as is UTF-16 without a mark, which has a zero byte in each Latin letter.
  }
  throw new CliError({
    problem: `${source} is not encoded in UTF-8${isUtf16(bytes) ? ': it is UTF-16, as PowerShell writes it' : ''}.`,
    fix: 'Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8.',
  });
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0) !== (second === 0)
  );
}
