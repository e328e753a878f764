import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { ExampleJob, PAGES, type Pages } from './job';

/** Three pages of one row. */
const threePages: Pages = {
  read: async (number) => (number > 3 ? undefined : [`row ${number}`]),
};

test('counts every row once, also when it is handed over after every step', async () => {
  const env = JobTestEnvironment.create(ExampleJob, { providers: [{ token: PAGES, useValue: threePages }] });
  const run = await env.run({ handOffAfterEveryStep: true });
  assert.equal(run.outcome, 'completed');
  assert.deepEqual(run.result, { rowCount: 3 });
});
