import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| (.+?) \|.*\| `(test\/[^`]+)` › (.+?) \|$/gm)].map(
  ([, number = '', promise = '', file = '', title = '']) => ({
    number: Number(number),
    promise,
    file,
    title,
  }),
);

describe('docs/guarantees.md', () => {
  it('docs/guarantees.md numbers its promises, and names a test for each', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from(rows, (_row, index) => index + 1));
    expect(page.match(/^\| \d+ \|/gm)).toHaveLength(rows.length);
  });

  it.each(rows)(
    'docs/guarantees.md names a test that exists for promise $number: $promise',
    ({ file, title }) => {
      expect(existsSync(join(root, file))).toBe(true);
      expect(readFileSync(join(root, file), 'utf8')).toContain(`${title}'`);
    },
  );
});
