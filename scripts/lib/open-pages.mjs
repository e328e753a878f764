import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

const opened = ['/', '/start.html', '/concepts.html', '/guides/steps.html', '/faq.html'];
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** Chromium's numbers for what a reader prefers. */
const themes = { dark: 0, light: 1 };
/** No page may need anything but the site itself. */
const onlyHere = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';
const asked = 'poison items';
const answer = '/guides/poison-items.html';
/** What a reader does to search, as a script at the end of the page. */
const probe = `<script>
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
addEventListener('load', async () => {
  await later(500);
  dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }));
  while (!document.querySelector('.VPLocalSearchBox input')) await later(100);
  const input = document.querySelector('.VPLocalSearchBox input');
  input.value = ${JSON.stringify(asked)};
  input.dispatchEvent(new Event('input', { bubbles: true }));
});
</script>`;

/**
 * Opens pages of a site in a headless Chromium, light and dark, and searches. Without a Chromium it says so, and opens none.
 *
 * @param resolvePage - the file of the site that an address leads to
 * @returns what was wrong: errors and warnings of the console, requests that leave this machine, an empty page, a theme or a search that does not work
 */
export async function openPages(site, resolvePage) {
  const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync('which', [name]).status === 0,
  );
  if (browser === undefined) {
    console.log('– no Chromium: pages are not opened');
    return [];
  }
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://local');
    const file = resolvePage('index.html', pathname);
    if (file === undefined) return response.writeHead(404).end();
    const type = types[extname(file)] ?? 'application/octet-stream';
    const content = readFileSync(join(site, file));
    return response
      .writeHead(200, { 'content-type': type })
      .end(search === '?search' ? `${content}${probe}` : content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  const problems = [];
  for (const page of opened)
    for (const theme of Object.keys(themes))
      problems.push(...(await openPage(browser, `${address}${page}`, page, theme)));
  problems.push(...(await search(browser, `${address}/?search`)));
  server.close();
  return problems;
}

async function openPage(browser, url, page, theme) {
  const { dom, problems } = await dump(browser, url, theme);
  const isEmpty = !dom.includes('</main>') && !dom.includes('VPHome');
  const isDark = /<html[^>]*class="[^"]*\bdark\b/.test(dom);
  if (isEmpty) problems.push('it shows nothing');
  if (isDark !== (theme === 'dark')) problems.push('it has the other theme');
  return problems.map((problem) => `${page}, ${theme}: ${problem}`);
}

async function search(browser, url) {
  const { dom, problems } = await dump(browser, url, 'light');
  const [, first] = /<a[^>]*href="([^"#]*)[^"]*"[^>]*class="[^"]*result/.exec(dom) ?? [];
  if (first !== answer) problems.push(`it finds ${first ?? 'nothing'} first, not ${answer}`);
  return problems.map((problem) => `a search for "${asked}": ${problem}`);
}

async function dump(browser, url, theme) {
  const profile = mkdtempSync(join(tmpdir(), 'baton-docs-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', onlyHere];
  const child = spawn(browser, [
    ...flags,
    `--blink-settings=preferredColorScheme=${themes[theme]}`,
    '--virtual-time-budget=5000',
    `--user-data-dir=${profile}`,
    '--dump-dom',
    url,
  ]);
  const [dom, log] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'close'),
  ]);
  rmSync(profile, { recursive: true, force: true });
  const problems = log.split('\n').filter((line) => /CONSOLE/.test(line) && /error|warn|fail/i.test(line));
  return { dom, problems };
}

async function readText(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
