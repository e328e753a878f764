import { posix } from 'node:path';
import { defineConfig } from 'vitepress';

const page = (text, link) => ({ text, link });

const guides = [
  page('Steps and generators', '/guides/steps'),
  page('State', '/guides/state'),
  page('Keys for several writes', '/guides/keys'),
  page('Time', '/guides/time'),
  page('Retries and throttles', '/guides/retries'),
  page('Poison items', '/guides/poison-items'),
  page('Waiting and polling', '/guides/waiting'),
  page('Signals and approvals', '/guides/signals'),
  page('Children and fan-out', '/guides/children'),
  page('Concurrency: how many at a time', '/guides/concurrency'),
  page('Starting: call, schedule, queue', '/guides/starting'),
  page('Compensation: undoing what was done', '/compensation'),
  page('Dependencies and pools', '/guides/dependencies'),
  page('Versions', '/guides/versions'),
  page('Testing', '/testing'),
  page('Local runs', '/guides/local-runs'),
  page('Deploying', '/deploy'),
  page('Operating', '/operations'),
  page('Seeing what it does', '/seeing'),
  page('Security', '/security'),
  page('Cost', '/guides/cost'),
];

const sidebar = [
  {
    text: 'Start',
    items: [
      page('Your first job', '/start'),
      page('Concepts', '/concepts'),
      page('Stories to copy', '/stories'),
    ],
  },
  { text: 'Guides', items: guides },
  {
    text: 'Reference',
    items: [
      page('The whole guide on one page', '/guide'),
      page('Errors', '/errors'),
      page('Configuration', '/configuration'),
      page('Command line', '/cli'),
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
  },
  {
    text: 'Why',
    items: [
      page('Guarantees', '/guarantees'),
      page('Compared with others', '/compare'),
      page('When not to use it', '/when-not'),
      page('Coming from self-invocation', '/migrate/self-invocation'),
      page('Coming from Step Functions', '/migrate/step-functions'),
      page('Coming from cron', '/migrate/cron'),
    ],
  },
  {
    text: 'Help',
    items: [
      page('Troubleshooting', '/troubleshooting'),
      page('Questions', '/faq'),
      page('Glossary', '/glossary'),
    ],
  },
];

/** Questions are asked in sentences, so small words are left out. Decisions of the past answer none. */
export const searchOptions = {
  miniSearch: {
    options: {
      // It is sent to the browser as a text: it can use nothing from outside.
      processTerm: (term) => {
        const word = term.toLowerCase();
        const small =
          'a all an and are as at be by can do does for from have how i if in is it its my no not of on or so that the there this to was what when which who why will with you your';
        return small.split(' ').includes(word) ? null : word;
      },
    },
  },
  _render: (text, env, md) => (env.relativePath.startsWith('adr/') ? '' : md.render(text, env)),
};

/** The site. `npm run docs` builds it into `reports/site`, adds the API reference, and checks every link. */
export default defineConfig({
  title: 'lambda-baton',
  description: 'An ordinary class that runs on AWS Lambda for as long as its data needs.',
  lang: 'en',
  outDir: '../reports/site',
  cacheDir: '../reports/site-cache',
  srcExclude: ['snippets/**'],
  lastUpdated: false,
  // Both are added after the build, and their links checked then.
  ignoreDeadLinks: [/^\/api\//, /^\/repository\//],
  markdown: { config: linkToRepository },
  themeConfig: {
    search: { provider: 'local', options: searchOptions },
    outline: [2, 3],
    nav: [page('Start', '/start'), page('Guides', '/guides/steps'), page('Why', '/guarantees')],
    sidebar,
  },
});

/** A link that leaves docs/ leads to a copy of the file, as it is in the repository. */
function linkToRepository(md) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^(\w+:|[#/])/.test(href)) continue;
      const path = posix.join('docs', posix.dirname(env.relativePath ?? ''), href);
      if (path.startsWith('docs/')) continue;
      token.attrSet('href', `/repository/${path}`);
      token.attrSet('target', '_self');
    }
  });
}
