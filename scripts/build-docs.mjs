#!/usr/bin/env node
/**
 * Builds the site into reports/site: the pages by VitePress, the API reference by typedoc beneath /api. Then every link is
 * checked, the search is asked what readers ask, and some pages are opened in a headless Chromium, where there is one, light and dark.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkSearch } from './lib/check-search.mjs';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { fromRoot } from './lib/from-root.mjs';
import { openPages } from './lib/open-pages.mjs';

const site = fromRoot('reports/site');

ensureBuilt();
writeHelp();
run('vitepress', 'build', 'docs');
run('typedoc', '--out', join(site, 'api'));
copyRepository();
const problems = [...checkLinks(), ...(await checkSearch(site)), ...(await openPages(site, resolvePage))];
for (const problem of problems) console.error(`✖ ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** What the commands say of themselves, for the page of the command line. */
function writeHelp() {
  const page = readFileSync(fromRoot('docs/cli.md'), 'utf8');
  mkdirSync(fromRoot('reports/help'), { recursive: true });
  for (const [, name] of page.matchAll(/<<< \.\.\/reports\/help\/(\w+)\.txt/g)) {
    const args = name === 'baton' ? ['--help'] : [name, '--help'];
    const { stdout, status } = spawnSync(process.execPath, [fromRoot('dist/baton.js'), ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`baton ${args.join(' ')} ended with ${status}.`);
    writeFileSync(fromRoot(`reports/help/${name}.txt`), stdout);
  }
}

function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync('npx', [tool, ...args], { cwd: fromRoot(), encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}`);
  process.exit(1);
}

/** The files of the repository that pages lead to. */
function copyRepository() {
  for (const page of readdirSync(site, { recursive: true }).filter((name) => name.endsWith('.html'))) {
    if (page.startsWith('api/')) continue;
    for (const [, path] of readFileSync(join(site, page), 'utf8').matchAll(/href="\/repository\/([^"#]+)/g))
      if (existsSync(fromRoot(path)))
        cpSync(fromRoot(path), join(site, 'repository', path), { recursive: true });
  }
}

/** Every link and picture within the site has to lead to a file, and to a heading that is there. */
function checkLinks() {
  const pages = readdirSync(site, { recursive: true }).filter(
    (name) => name.endsWith('.html') && !name.startsWith('api/'),
  );
  const problems = [];
  for (const page of pages) {
    const html = readFileSync(join(site, page), 'utf8');
    for (const [, link] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^(https?:|mailto:|data:)/.test(link)) continue;
      const [path, hash] = link.replaceAll('&amp;', '&').split('#');
      const target = path === '' ? page : resolvePage(page, decodeURIComponent(path.split('?')[0]));
      if (target === undefined) problems.push(`${page}: there is no ${link}`);
      else if (hash && target.endsWith('.html') && !hasHeading(target, decodeURIComponent(hash)))
        problems.push(`${page}: ${link} has no such heading`);
    }
  }
  return [...new Set(problems)];
}

function resolvePage(from, path) {
  const absolute = path.startsWith('/') ? path.slice(1) : resolve('/', dirname(from), path).slice(1);
  const isFile = (name) => existsSync(join(site, name)) && statSync(join(site, name)).isFile();
  return [absolute, `${absolute}.html`, join(absolute, 'index.html')].find(isFile);
}

function hasHeading(page, id) {
  return readFileSync(join(site, page), 'utf8').includes(`id="${id}"`);
}
