import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { searchOptions } from '../../docs/.vitepress/config.mjs';

/** What readers ask, and the pages that answer it: the search has to find one of them first. */
const questions = {
  'what is an invocation': ['concepts', 'glossary'],
  'what is the safe window': ['concepts'],
  'what is a hand-off': ['concepts', 'glossary'],
  'what is a safe point': ['concepts'],
  'what is a lease': ['concepts', 'glossary'],
  'steps or generators': ['guides/steps'],
  'what does a checkpoint cost': ['guides/steps', 'guides/cost'],
  'which fields are state': ['guides/state', 'guide'],
  'keys for several writes': ['guides/keys'],
  'how long may a step take': ['guides/time'],
  'retry after a throttle': ['guides/retries'],
  'poison items': ['guides/poison-items'],
  'wait and poll': ['guides/waiting'],
  'approval by a person': ['guides/signals'],
  'start children and fan out': ['guides/children'],
  'how many executions at a time': ['guides/concurrency'],
  'run on a schedule': ['guides/starting'],
  'call, schedule or queue': ['guides/starting'],
  'undo what was done': ['compensation'],
  'connection pool': ['guides/dependencies'],
  'unit test a job': ['testing'],
  'run it locally': ['guides/local-runs', 'start'],
  'deploy with CDK': ['deploy'],
  'deploy with SAM': ['deploy'],
  'deploy with Terraform': ['deploy'],
  'deploy with the Serverless Framework': ['deploy'],
  'an execution was parked': ['operations'],
  'metrics and traces': ['seeing'],
  'a step renamed in mid-flight': ['guides/versions'],
  'permissions and least privilege': ['security'],
  'what does it cost': ['guides/cost'],
  'error codes': ['errors'],
  'environment variables': ['configuration'],
  'options of the command line': ['cli'],
  'an observer of events': ['seeing'],
  'what is guaranteed': ['guarantees'],
  'compared with Temporal': ['compare'],
  'when not to use it': ['when-not'],
  'coming from self-invocation': ['migrate/self-invocation'],
  'coming from Step Functions': ['migrate/step-functions'],
  'coming from cron': ['migrate/cron'],
  'it stops after about 16 invocations': ['troubleshooting'],
  'something happened twice': ['troubleshooting'],
  'a field is empty after a hand-off': ['troubleshooting'],
  'do I need a table?': ['faq'],
  'must my code be deterministic?': ['faq'],
  'can an execution run for a year?': ['faq'],
};
/** As VitePress searches: see its VPLocalSearchBox. */
const options = {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
  ...searchOptions.miniSearch.options,
};

/** Asks the search index of the built site every question. @returns the questions that another page is found for first */
export async function checkSearch(site) {
  const { default: MiniSearch } = await importOfVitePress('minisearch');
  const chunks = join(site, 'assets/chunks');
  const name = readdirSync(chunks).find((file) => file.startsWith('@localSearchIndex'));
  const { default: json } = await import(pathToFileURL(join(chunks, name)).href);
  const index = MiniSearch.loadJSON(json, options);
  return Object.entries(questions).flatMap(([question, pages]) => {
    const [found] = index.search(question);
    const page = found?.id.replace(/^\/|\.html.*$/g, '');
    return pages.includes(page) ? [] : [`a search for "${question}" finds ${page} first, not ${pages[0]}`];
  });
}

function importOfVitePress(name) {
  const require = createRequire(createRequire(import.meta.url).resolve('vitepress/package.json'));
  return import(pathToFileURL(require.resolve(name)).href);
}
