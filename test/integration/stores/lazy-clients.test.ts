import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Inside the repository, so that what is external resolves. */
const folder = join(__dirname, '../../../node_modules/.cache/lambda-baton');
const bundle = join(folder, `lazy-clients-${process.pid}.cjs`);
const directory = mkdtempSync(join(tmpdir(), 'lazy-clients-'));

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(__dirname, 'lazy-clients-job.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  });
});
afterAll(() => {
  rmSync(bundle, { force: true });
  rmSync(directory, { recursive: true });
});

/** Runs the job in a process of its own, where nobody listens at AWS's endpoints. */
function run(environment: Record<string, string>) {
  const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-central-1' };
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const env = {
    PATH: process.env.PATH,
    BATON_LOG_LEVEL: 'error',
    ...nowhere,
    ...credentials,
    ...environment,
  };
  const output = execFileSync(process.execPath, [bundle], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output.slice(output.lastIndexOf('{"atStart"')));
}

test.each<[string, Record<string, string>, string, string[]]>([
  ['no store', {}, 'completed', []],
  ['BATON_DIRECTORY', { BATON_DIRECTORY: directory }, 'completed', []],
  ['BATON_TABLE', { BATON_TABLE: 'jobs' }, 'threw', ['client-dynamodb']],
  [
    'BATON_TABLE with BATON_BUCKET, while no state is large',
    { BATON_TABLE: 'jobs', BATON_BUCKET: 'b' },
    'threw',
    ['client-dynamodb'],
  ],
  ['BATON_BUCKET', { BATON_BUCKET: 'states' }, 'threw', ['client-s3']],
])(
  'A process with %s loads the AWS clients of what it uses, when it uses them',
  (_title, environment, status, clients) => {
    expect(run(environment)).toEqual({ atStart: [], status, atEnd: clients });
  },
);
