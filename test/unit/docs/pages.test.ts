import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../../..');
const docs = join(root, 'docs');
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md') && !name.startsWith('.vitepress') && !name.includes('node_modules'),
);

/** Lines outside code, without tables: what one reads. */
function readProse(page: string): string[] {
  return readFileSync(join(docs, page), 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('|'));
}

describe('a page of docs/', () => {
  it.each(pages)('The page %s includes and links to files that are there', (page) => {
    const text = readFileSync(join(docs, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
    const included = [...text.matchAll(/^<<< ([^#\s{]+)/gm)].map(([, path = '']) => path);
    const linked = [...text.matchAll(/\]\((?!\w+:|#|\/)([^)#\s]+)/g)].map(([, path = '']) => path);
    const missing = [...included, ...linked]
      .filter((path) => !path.includes('reports/help/')) // made when the site is built
      .filter((path) => !existsSync(join(docs, dirname(page), path)));
    expect(missing).toEqual([]);
  });

  it.each(pages.filter((page) => !page.startsWith('adr/')))(
    'The page %s has no line of prose over 200 characters',
    (page) => {
      expect(readProse(page).filter(({ length }) => length > 200)).toEqual([]);
    },
  );

  it('A page of docs/ is in the site: every guide has a place beside the pages', () => {
    const config = readFileSync(join(docs, '.vitepress/config.mjs'), 'utf8');
    const names = pages
      .filter((page) => !/^(adr\/|index\.md)/.test(page))
      .map((page) => `/${page.replace(/\.md$/, '')}`);
    expect(names.filter((name) => !config.includes(`'${name}'`))).toEqual([]);
  });
});
