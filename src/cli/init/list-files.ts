import type { Project } from './choose-project';
import { describeManifest } from './describe-manifest';

/** Reads a file that is published with lambda-baton. */
export type ReadPackageFile = (path: string) => string;

const compilerOptions = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023'],
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The CDK app is bundled like everything else, so that it can read the job's own options. */
const cdkApp =
  'npx esbuild infra/app.ts --bundle --platform=node --format=esm --packages=external --log-level=warning --outfile=.build/app.mjs && node .build/app.mjs';

/** Every file of a project with its text, by path. */
export function listFiles(
  project: Project,
  readPackageFile: ReadPackageFile,
  version: string,
): ReadonlyMap<string, string> {
  const read = (path: string) => readPackageFile(path).replaceAll('ExampleJob', project.jobName);
  return new Map([
    ['package.json', toJson(describeManifest(project, version))],
    [
      'tsconfig.json',
      toJson({ compilerOptions, include: project.deploy === 'cdk' ? ['src', 'infra'] : ['src'] }),
    ],
    ['.gitignore', 'node_modules/\n.build/\ndist/\ncdk.out/\n'],
    // The package is built without scripts: aws-lambda-ric would compile for a minute, and nothing here needs that.
    ['.npmrc', 'ignore-scripts=true\n'],
    ['src/job.ts', read('samples/starter/job.ts')],
    ['src/job.test.ts', read('samples/starter/job.spec.ts')],
    ...listDeployment(project, read),
    ['README.md', describeProject(project)],
  ]);
}

function listDeployment({ deploy }: Project, read: ReadPackageFile): readonly (readonly [string, string])[] {
  if (deploy === 'sam') return [['template.yaml', read('samples/deploy/sam/template.yaml')]];
  if (deploy === 'none') return [];
  return [
    ['infra/app.ts', read('samples/starter/app.ts').replace("'./job'", "'../src/job'")],
    ['cdk.json', toJson({ app: cdkApp })],
  ];
}

const onceDeployed =
  'npm run doctor -- NAME:live   # what is wrong with the function that was deployed, and the fix';
const describeDeployment: Readonly<Record<Project['deploy'], readonly string[]>> = {
  cdk: [
    'npm run dev:template    # the same, of what would be deployed',
    'npm run doctor          # what is wrong with what would be deployed, and the fix; needs no AWS',
    'npm run deploy',
  ],
  sam: ['npm run deploy', onceDeployed],
  none: ['npm run build           # the bundle, in dist/', onceDeployed],
};

function describeProject({ jobName, deploy }: Project): string {
  const rows = [
    '# A job on lambda-baton',
    '',
    `[src/job.ts](src/job.ts) is the job \`${jobName}\`; its pages are made up until it reads yours.`,
    '',
    '```sh',
    'npm install',
    'npm test                # the job in process, handed over after every step, with a double',
    "npm run dev             # the job on this machine, on AWS's own runtime client, in invocations of 3 seconds",
    ...describeDeployment[deploy],
    '```',
  ];
  return `${rows.join('\n')}\n`;
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
