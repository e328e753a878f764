import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('README.md', () => {
  it("README.md shows the unit test of the demo's job as it is run, in at most fifteen lines", () => {
    const test = read('samples/backfill-warehouse/job.test.ts')
      .replace(/^import .*\n/gm, '')
      .trim();
    expect(test.split('\n').length).toBeLessThanOrEqual(15);
    expect(read('README.md')).toContain(`\`\`\`ts\n${test}\n\`\`\``);
  });

  it('README.md has at most 700 words', () => {
    expect(read('README.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(700);
  });

  it('README.md shows a job that a strict provider takes, as it is run', () => {
    const [, job = ''] = read('docs/snippets/readme.ts').split(/^\/\/ #(?:end)?region job\n/m);
    expect(read('README.md')).toContain(`\`\`\`ts\n${job}\`\`\``);
  });

  it('README.md says how to deploy in at most ten lines', () => {
    const [, section = ''] = read('README.md').split(/^## Deployment$/m);
    const lines = (section.split(/^## /m)[0] ?? '').split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('README.md links to nothing that is not there', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    for (const path of links)
      expect(() => readFileSync(join(root, path), { flag: 'r' })).not.toThrow(/ENOENT/);
  });
});
